//! `hip sandbox conformance`: the simulator's suite, against this HIP on the embedded default.

use std::path::{Path, PathBuf};

use hip_sandbox::conformance::{self, Hip, Report, StepOutcome};

use crate::database::Database;
use crate::dev::capture::Capture;
use crate::dev::demo_environment::{API_KEY, DemoEnvironment, FACILITY_ID};
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::telemetry;

/// Options of `hip sandbox conformance`.
#[derive(clap::Args)]
pub(crate) struct SandboxConformanceArgs {
    /// Write every message of the run, one JSON object per line, credentials masked.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Print the report as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The suite requests tokens again within minutes, and pushes visits without ABHA.
pub(crate) const SUITE_SECTIONS: &str =
    "[linking]\nduplicate_window_s = 0\nsms_without_abha = true\nnews_after_link_s = 0\n";

pub(super) async fn run(
    options: SandboxConformanceArgs,
    data_dir: &Path,
) -> anyhow::Result<ExitStatus> {
    let capture = options.capture.as_deref().map(Capture::create).transpose()?;
    let database = Database::open(data_dir).await?;
    std::fs::create_dir_all(data_dir)?;
    let log_file = data_dir.join("conformance.log");
    telemetry::to_file(&log_file)?;
    let environment = DemoEnvironment::start(database, data_dir, SUITE_SECTIONS).await?;
    if !options.json {
        print_error(&format!("a few minutes; what happens meanwhile is in {}", log_file.display()));
    }
    let hip = Hip {
        url: environment.url.clone(),
        api_key: API_KEY.to_owned(),
        facility: FACILITY_ID.to_owned(),
    };
    let report = Box::pin(conformance::run(&environment.sandbox, &hip)).await;
    if options.json {
        print_json_line(&report.to_json());
    } else {
        print(&report);
    }
    if let Some(capture) = capture {
        let count = capture.write(&environment)?;
        print_error(&count);
    }
    environment.stop().await?;
    Ok(if report.is_passed() { ExitStatus::Success } else { ExitStatus::Negative })
}

/// Prints a table with one line per case; below a failure, the messages before it.
fn print(report: &Report) {
    let width = report.cases.iter().map(|case| case.id.len()).max().unwrap_or(4);
    print_line(&format!("{:<width$}  {:<16}  {:<7}  reason", "case", "flow", "outcome"));
    print_line(&format!("{:-<width$}  {:-<16}  {:-<7}  {:-<6}", "", "", "", ""));
    for case in &report.cases {
        let reason = case.reason.as_deref().unwrap_or_default();
        let outcome = case.outcome.as_str();
        print_line(&format!("{:<width$}  {:<16}  {outcome:<7}  {reason}", case.id, case.flow));
        if case.outcome == StepOutcome::Failed {
            for line in &case.observed {
                print_line(&format!("{:<width$}  saw: {line}", ""));
            }
        }
    }
    let count = |outcome| report.with(outcome).count();
    print_line(&format!(
        "\n{} passed, {} failed, {} not run",
        count(StepOutcome::Passed),
        count(StepOutcome::Failed),
        count(StepOutcome::NotRun)
    ));
}
