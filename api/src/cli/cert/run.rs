//! `hip cert run`: NHA's cases against this HIP, driven by the simulator.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use hip_commands::operations::certification::{CaseOutcome, Entity, Manifest, is_case, manifest};
use hip_domain::id::FacilityId;
use hip_sandbox::conformance::{self, CaseResult, Hip, Report, flow_of};

use super::evidence::{Attachment, Part, named, read};
use crate::cli::sandbox::SUITE_SECTIONS;
use crate::database::Database;
use crate::dev::demo_environment::{API_KEY, DemoEnvironment, FACILITY_ID};
use crate::output::{ExitStatus, print_error, print_line};
use crate::telemetry;

/// Options of `hip cert run`.
#[derive(clap::Args)]
pub(crate) struct CertRunArgs {
    /// Only this case, and others that its flow decides. May be repeated; default: all.
    #[arg(long = "case", value_name = "ID")]
    cases: Vec<String>,
    /// Write the evidence manifest of the run to this file.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Screenshot for a case that requires one, such as `USER_INIT_LINK_607=app.png`.
    #[arg(long = "attachment", value_name = "CASE=FILE")]
    attachments: Vec<Attachment>,
}

/// The answer is no when the simulator or the log says of a case that it has failed.
pub(super) async fn run(options: CertRunArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    for id in &options.cases {
        ensure!(is_case(id), "NHA has no case {id}");
        ensure!(
            flow_of(id).is_some(),
            "{id} cannot be driven: it is on a screen, or has no operation"
        );
    }
    let database = Database::open(data_dir).await?;
    std::fs::create_dir_all(data_dir)?;
    let log_file = data_dir.join("cert.log");
    telemetry::to_file(&log_file)?;
    let environment = DemoEnvironment::start(database, data_dir, SUITE_SECTIONS).await?;
    print_error(&format!("a few minutes; what happens meanwhile is in {}", log_file.display()));
    let played = Box::pin(play(&environment, &options)).await;
    environment.stop().await?;
    let (report, manifest) = played?;
    print(&report, &manifest, &options.cases);
    if let Some(file) = &options.manifest {
        let text = serde_json::to_string(&manifest)?;
        std::fs::write(file, text + "\n").with_context(|| file.display().to_string())?;
    }
    for line in manifest.summary() {
        print_error(&line);
    }
    let has_failed = manifest.cases.iter().any(|case| case.outcome == CaseOutcome::Failed);
    Ok(if report.is_passed() && !has_failed { ExitStatus::Success } else { ExitStatus::Negative })
}

/// What the simulator says, and what the log says.
async fn play(
    environment: &DemoEnvironment,
    options: &CertRunArgs,
) -> anyhow::Result<(Report, Manifest)> {
    let after = environment.log.head().await?;
    let hip = Hip {
        url: environment.url.clone(),
        api_key: API_KEY.to_owned(),
        facility: FACILITY_ID.to_owned(),
    };
    let wanted = |flow: &str| {
        options.cases.is_empty() || options.cases.iter().any(|id| flow_of(id) == Some(flow))
    };
    let report = Box::pin(conformance::run_flows(&environment.sandbox, &hip, wanted)).await;
    let facility = FacilityId::parse(FACILITY_ID).context("the facility of the environment")?;
    let ledger = read(&environment.log, facility, &Part { after, ..Part::default() }).await?;
    let entity = Entity {
        kind: "private".to_owned(),
        hip_id: FACILITY_ID.to_owned(),
        callback_url: environment.url.clone(),
        client_id: environment.sandbox.credentials().client_id,
    };
    Ok((report, manifest(entity, &ledger, &named(&options.attachments))))
}

/// A line a case: what the simulator has seen from outside, and what the log proves.
fn print(report: &Report, manifest: &Manifest, only: &[String]) {
    print_line(&format!("{:<32}  {:<9}  {:<11}  {}", "case", "simulator", "log", "why"));
    for case in &manifest.cases {
        if !only.is_empty() && !only.iter().any(|id| id == case.id) {
            continue;
        }
        let simulator = report.case(case.id);
        let outcome = simulator.map_or("-", |simulator: &CaseResult| simulator.outcome.as_str());
        let why = match case.outcome {
            CaseOutcome::Passed => "",
            CaseOutcome::Failed | CaseOutcome::NeedsHuman | CaseOutcome::NotRun => case.why(),
        };
        print_line(&format!("{:<32}  {outcome:<9}  {:<11}  {why}", case.id, case.outcome.as_str()));
    }
}
