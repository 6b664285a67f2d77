//! `hip bundle render`.

use std::path::PathBuf;

use abdm_fhir::render;
use anyhow::Context;
use hip_infra::config::text_file;
use serde_json::Value;

use crate::output::{Answer, complain, say};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A bundle.
    file: PathBuf,
    /// Write a page instead of text.
    #[arg(long)]
    html: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<Answer> {
    let file = &options.file;
    let text =
        text_file::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let bundle: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    if let Some(reason) = render::not_a_document(&bundle) {
        complain(&format!("{}: {reason}", file.display()));
        return Ok(Answer::No);
    }
    if options.html {
        say(&render::html(&bundle));
        return Ok(Answer::Yes);
    }
    say(&render::text(&bundle));
    for field in render::missing(&bundle) {
        complain(&format!("would read NA: {field}"));
    }
    Ok(Answer::Yes)
}
