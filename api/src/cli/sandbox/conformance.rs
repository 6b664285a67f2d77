//! `hip sandbox conformance`: the twin's suite, against this HIP on the embedded default.

use std::path::{Path, PathBuf};

use hip_sandbox::conformance::{self, Hip, Outcome, Report};

use crate::database::Database;
use crate::dev::capture::Capture;
use crate::dev::stage::{API_KEY, FACILITY_ID, Stage};
use crate::output::{Answer, complain, say, say_json};
use crate::telemetry;

/// Options of `hip sandbox conformance`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write every message of the run, one JSON object a line, credentials masked.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Print the report as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The suite asks for tokens again within minutes, and pushes visits without ABHA.
pub(crate) const SUITE_SECTIONS: &str =
    "[linking]\nduplicate_window_s = 0\nsms_without_abha = true\nnews_after_link_s = 0\n";

pub(super) async fn run(options: Options, data_dir: &Path) -> anyhow::Result<Answer> {
    let capture = options.capture.as_deref().map(Capture::create).transpose()?;
    let database = Database::open(data_dir).await?;
    std::fs::create_dir_all(data_dir)?;
    let log_file = data_dir.join("conformance.log");
    telemetry::to_file(&log_file)?;
    let stage = Stage::set(database, data_dir, SUITE_SECTIONS).await?;
    if !options.json {
        complain(&format!("a few minutes; what happens meanwhile is in {}", log_file.display()));
    }
    let hip = Hip {
        url: stage.url.clone(),
        api_key: API_KEY.to_owned(),
        facility: FACILITY_ID.to_owned(),
    };
    let report = Box::pin(conformance::run(&stage.sandbox, &hip)).await;
    if options.json {
        say_json(&report.to_json());
    } else {
        print(&report);
    }
    if let Some(capture) = capture {
        let count = capture.write(&stage)?;
        complain(&count);
    }
    stage.strike().await?;
    Ok(if report.is_passed() { Answer::Yes } else { Answer::No })
}

/// A table with a line a case; below a failure, what was seen before it.
fn print(report: &Report) {
    let width = report.cases.iter().map(|case| case.id.len()).max().unwrap_or(4);
    say(&format!("{:<width$}  {:<16}  {:<7}  reason", "case", "flow", "outcome"));
    say(&format!("{:-<width$}  {:-<16}  {:-<7}  {:-<6}", "", "", "", ""));
    for case in &report.cases {
        let reason = case.reason.as_deref().unwrap_or_default();
        let outcome = case.outcome.as_str();
        say(&format!("{:<width$}  {:<16}  {outcome:<7}  {reason}", case.id, case.flow));
        if case.outcome == Outcome::Failed {
            for line in &case.observed {
                say(&format!("{:<width$}  saw: {line}", ""));
            }
        }
    }
    let count = |outcome| report.with(outcome).count();
    say(&format!(
        "\n{} passed, {} failed, {} not run",
        count(Outcome::Passed),
        count(Outcome::Failed),
        count(Outcome::NotRun)
    ));
}
