//! `hip bundle build`.

use std::path::{Path, PathBuf};

use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{Document, Documents, Earlier, VisitWarning, documents_by, warnings};
use anyhow::Context;
use hip_commands::port::Clock;
use hip_commands::visits::visit_revision::context;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::text_file;
use hip_infra::config::{BundleSection, Discharge};
use serde_json::json;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};

#[derive(clap::Args)]
pub(crate) struct BundleBuildArgs {
    /// File with a visit document.
    visit: PathBuf,
    /// The previous revision of the visit, if this one amends it.
    #[arg(long, value_name = "VISIT")]
    replaces: Option<PathBuf>,
    /// Directory for the bundles, one file each.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Table of codes for medicines and vaccines without a code: kind,name,code,display.
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
    /// Rules of another version of the guide, in the format of `hip ig compile`.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Build no discharge summary without an admission.
    #[arg(long)]
    stays_only: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl BundleBuildArgs {
    fn section(&self) -> BundleSection {
        BundleSection {
            discharge: if self.stays_only { Discharge::StaysOnly } else { Discharge::EveryVisit },
            codes: self.codes.clone(),
            rules: self.rules.clone(),
        }
    }
}

pub(super) fn run(options: &BundleBuildArgs) -> anyhow::Result<ExitStatus> {
    let settings = options.section().settings()?;
    let Some(visit) = read(&options.visit)? else {
        return Ok(ExitStatus::Negative);
    };
    let replaced = match &options.replaces {
        Some(path) => {
            let Some(visit) = read(path)? else {
                return Ok(ExitStatus::Negative);
            };
            Some(visit)
        }
        None => None,
    };
    let earlier = replaced.as_ref().map(|visit| Earlier { visit, revision: 1 });
    let revision = if earlier.is_some() { 2 } else { 1 };
    let now = SystemClock.now();
    let context = context(&visit, revision, now);
    let odd = warnings(&visit, now);
    let documents = documents_by(&visit, &context, &settings.policy(earlier));
    if let Some(folder) = &options.out {
        write(folder, &visit.visit.visit_code, &documents)?;
    }
    if options.json {
        print_json(&documents, &odd);
    } else {
        print(&documents);
        for warning in &odd {
            print_line(&format!("warning: {}: {}", warning.path, warning.text));
        }
    }
    let fit = documents.built.iter().all(Document::is_fit);
    Ok(if fit { ExitStatus::Success } else { ExitStatus::Negative })
}

/// `None` if the visit document is not valid; its faults are told.
fn read(path: &Path) -> anyhow::Result<Option<VisitDocument>> {
    let text =
        text_file::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    match VisitDocument::parse(&text) {
        Ok(visit) => Ok(Some(visit)),
        Err(errors) => {
            for error in &errors {
                print_error(&format!("{}: {}", error.path, error.message));
            }
            Ok(None)
        }
    }
}

fn write(folder: &Path, visit_code: &str, documents: &Documents) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    // A visit code may contain path separators.
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let code = visit_code.replace(|letter| !is_plain(letter), "_");
    for (n, document) in (1..).zip(&documents.built) {
        let path = folder.join(format!("{code}-{n}-{}.json", document.hi_type.as_str()));
        std::fs::write(&path, &document.json)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn print(documents: &Documents) {
    for document in &documents.built {
        let (kind, bytes) = (document.hi_type.as_str(), document.json.len());
        let fit = if document.is_fit() { "fit to be shared" } else { "NOT fit to be shared" };
        print_line(&format!("{kind:<20} {} {bytes} bytes, {fit}", document.id));
        for finding in &document.findings {
            print_line(&format!("  {finding}"));
        }
    }
    for skipped in &documents.skipped {
        print_line(&format!("{:<20} not built: {}", skipped.hi_type.as_str(), skipped.reason));
    }
}

fn print_json(documents: &Documents, odd: &[VisitWarning]) {
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
                "fit": document.is_fit(),
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
    print_json_line(&json!({ "built": built, "notBuilt": skipped, "warnings": odd }));
}
