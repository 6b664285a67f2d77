//! `hip bundle validate`.

use std::path::{Path, PathBuf};

use abdm_fhir::validate::{self as check, Report, Severity, Validator};
use abdm_fhir::{HiType, Rules};
use anyhow::Context;
use hip_infra::config::read_rules;
use hip_infra::config::text_file::bytes_without_mark;
use serde_json::{Value, json};

use crate::output::{ExitStatus, print_json_line, print_line};

#[derive(clap::Args)]
pub(crate) struct BundleValidateArgs {
    /// Bundles or single resources, as JSON files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Check only FHIR and the guide: leave out the rules of the network and of patient
    /// safety.
    #[arg(long)]
    fhir_only: bool,
    /// The expected kind of each, such as `OPConsultation`.
    #[arg(long, value_name = "HI_TYPE", value_parser = kind)]
    kind: Option<HiType>,
    /// Also check FHIR's best-practice recommendations.
    #[arg(long)]
    best_practice: bool,
    /// Rules of another version of the guide, in the format of `hip ig compile`.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Print one JSON object per file.
    #[arg(long)]
    json: bool,
}

fn kind(word: &str) -> Result<HiType, String> {
    HiType::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
        let known: Vec<_> = HiType::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("the kinds are: {}", known.join(", "))
    })
}

pub(super) fn run(options: &BundleValidateArgs) -> anyhow::Result<ExitStatus> {
    let loaded = options.rules.as_deref().map(read_rules).transpose()?;
    let mut validator = Validator::new(loaded.as_deref().unwrap_or_else(|| Rules::nrces()));
    let wanted = check::ValidateOptions {
        hi_type: options.kind,
        fhir_only: options.fhir_only,
        best_practice: options.best_practice,
        ..check::ValidateOptions::default()
    };
    let mut answer = ExitStatus::Success;
    for file in &options.files {
        let report = validator.validate(&read(file, &wanted)?, &wanted);
        if !report.is_valid() {
            answer = ExitStatus::Negative;
        }
        if options.json {
            print_json_line(&as_json(file, &report));
        } else {
            print(file, &report);
        }
    }
    Ok(answer)
}

/// Reads a file. A file above the limit is read only up to the first byte too many.
fn read(file: &Path, options: &check::ValidateOptions) -> anyhow::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut text = vec![];
    let enough = options.limits.bytes as u64 + 1;
    std::fs::File::open(file)
        .and_then(|opened| opened.take(enough).read_to_end(&mut text))
        .with_context(|| format!("{} cannot be read", file.display()))?;
    text.drain(..text.len() - bytes_without_mark(&text).len());
    Ok(text)
}

fn print(file: &Path, report: &Report) {
    let count = |severity| report.findings.iter().filter(|one| one.severity == severity).count();
    let verdict = if report.is_valid() { "valid" } else { "NOT valid" };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    print_line(&format!("{}: {verdict}, {errors} errors, {warnings} warnings", file.display()));
    for finding in &report.findings {
        print_line(&format!("  {finding}"));
    }
    if report.is_truncated {
        print_line("  there is more");
    }
}

fn as_json(file: &Path, report: &Report) -> Value {
    json!({
        "file": file.display().to_string(),
        "valid": report.is_valid(),
        "findings": report.findings,
        "isTruncated": report.is_truncated,
    })
}
