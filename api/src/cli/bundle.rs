//! `hip bundle build|render`.

use std::path::{Path, PathBuf};

use abdm_fhir::check::Severity;
use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{Document, Documents, documents, render};
use anyhow::Context;
use hip_commands::perform::build_documents::context;
use hip_commands::port::Clock;
use hip_infra::clock::SystemClock;
use serde_json::{Value, json};

use crate::output::{Answer, complain, say, say_json};

/// Commands on FHIR document bundles.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Build the documents of a visit, without a server; says what was not built, and why.
    Build {
        /// A visit document.
        visit: PathBuf,
        /// Where the bundles are written, one file each.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show a bundle as a patient's app would, and which of its fields would read "NA".
    Render {
        /// A bundle.
        file: PathBuf,
        /// Write a page instead of text.
        #[arg(long)]
        html: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Answer> {
    match command {
        Command::Build { visit, out, json } => build(visit, out.as_deref(), *json),
        Command::Render { file, html } => show(file, *html),
    }
}

fn show(file: &Path, html: bool) -> anyhow::Result<Answer> {
    let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let bundle: Value =
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    if html {
        say(&render::html(&bundle));
        return Ok(Answer::Yes);
    }
    say(&render::text(&bundle));
    for field in render::missing(&bundle) {
        complain(&format!("would read NA: {field}"));
    }
    Ok(Answer::Yes)
}

fn build(visit: &Path, out: Option<&Path>, json: bool) -> anyhow::Result<Answer> {
    let text =
        std::fs::read(visit).with_context(|| format!("{} cannot be read", visit.display()))?;
    let visit = match VisitDocument::parse(&text) {
        Ok(visit) => visit,
        Err(errors) => {
            for error in &errors {
                complain(&format!("{}: {}", error.path, error.message));
            }
            return Ok(Answer::No);
        }
    };
    let documents = documents(&visit, &context(&visit, 1, SystemClock.now()));
    if let Some(folder) = out {
        write(folder, &visit.visit.visit_code, &documents)?;
    }
    if json {
        print_json(&documents);
    } else {
        print(&documents);
    }
    let fit = documents.built.iter().all(is_fit);
    Ok(if fit { Answer::Yes } else { Answer::No })
}

fn is_fit(document: &Document) -> bool {
    !document.findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn write(folder: &Path, visit_code: &str, documents: &Documents) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    for (n, document) in (1..).zip(&documents.built) {
        let path = folder.join(format!("{visit_code}-{n}-{}.json", document.hi_type.as_str()));
        std::fs::write(&path, &document.json)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn print(documents: &Documents) {
    for document in &documents.built {
        let (kind, bytes) = (document.hi_type.as_str(), document.json.len());
        let fit = if is_fit(document) { "fit to be shared" } else { "NOT fit to be shared" };
        say(&format!("{kind:<20} {} {bytes} bytes, {fit}", document.id));
        for finding in &document.findings {
            say(&format!("  {finding}"));
        }
    }
    for skipped in &documents.skipped {
        say(&format!("{:<20} not built: {}", skipped.hi_type.as_str(), skipped.reason));
    }
}

fn print_json(documents: &Documents) {
    let built: Vec<_> = documents
        .built
        .iter()
        .map(|document| {
            let findings: Vec<_> = document.findings.iter().map(ToString::to_string).collect();
            json!({
                "hiType": document.hi_type.as_str(),
                "id": document.id,
                "title": document.title,
                "bytes": document.json.len(),
                "fit": is_fit(document),
                "findings": findings,
            })
        })
        .collect();
    let skipped: Vec<_> = documents
        .skipped
        .iter()
        .map(|skipped| {
            json!({ "hiType": skipped.hi_type.as_str(), "reason": skipped.reason.to_string() })
        })
        .collect();
    say_json(&json!({ "built": built, "notBuilt": skipped }));
}
