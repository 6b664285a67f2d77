//! `hip bundle render`.

use std::path::PathBuf;

use abdm_fhir::render;
use anyhow::Context;
use hip_infra::config::text_file;
use serde_json::Value;

use crate::output::{ExitStatus, print_error, print_line};

#[derive(clap::Args)]
pub(crate) struct BundleRenderArgs {
    /// File with a bundle.
    file: PathBuf,
    /// Write an HTML page instead of text.
    #[arg(long)]
    html: bool,
}

pub(super) fn run(options: &BundleRenderArgs) -> anyhow::Result<ExitStatus> {
    let file = &options.file;
    let text =
        text_file::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let bundle: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    if let Some(reason) = render::not_a_document(&bundle) {
        print_error(&format!("{}: {reason}", file.display()));
        return Ok(ExitStatus::Negative);
    }
    if options.html {
        print_line(&render::html(&bundle));
        return Ok(ExitStatus::Success);
    }
    print_line(&render::text(&bundle));
    for field in render::missing(&bundle) {
        print_error(&format!("would read NA: {field}"));
    }
    Ok(ExitStatus::Success)
}
