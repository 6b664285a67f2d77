//! `hip demo`: the complete flow, on the embedded default, against the simulator.
//!
//! A fictitious patient visits a fictitious clinic; the visit becomes a linked care context, an older one
//! is discovered, a consent is granted, and a document arrives at the HIU, which decrypts it. Every
//! step is in the log. A second run reuses the same log.

mod progress;
mod report;
mod story;
pub(crate) mod visits;

use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::dev::capture::Capture;
use crate::dev::demo_environment::DemoEnvironment;
use crate::output::{ExitStatus, print_line};
use crate::telemetry;

use progress::Progress;
use visits::{ABHA_HOLDER, abha_holder};

/// Options of `hip demo`.
#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Write every message of the run, one JSON object per line, credentials masked.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Keep serving at the end, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

pub(crate) async fn run(options: DemoArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let capture = options.capture.as_deref().map(Capture::create).transpose()?;
    let mut progress = Progress::new();
    progress.begin("Start the environment");
    // First: it checks the owner of this directory before anything is written there.
    let database = Database::open(data_dir).await?;
    std::fs::create_dir_all(data_dir)?;
    let log_file = data_dir.join("demo.log");
    telemetry::to_file(&log_file)?;
    let environment = DemoEnvironment::start(database, data_dir, "").await?;
    environment.sandbox.register_abha(abha_holder(&ABHA_HOLDER));
    begin_counting(&environment, &mut progress).await?;
    print_line(&format!("log       {}", environment.database.describe()));
    print_line(&format!("stores    {}", environment.stores));
    print_line(&format!("traces    {}", log_file.display()));
    print_line("");
    let told = Box::pin(story::tell(&environment, &mut progress)).await;
    if let Some(capture) = capture {
        print_line(&format!("\n{}", capture.write(&environment)?));
    }
    report::print(&progress, told.as_ref().ok());
    if let Err(error) = &told {
        crate::output::print_error(&format!("\nthe story broke off: {error:#}"));
    }
    if options.keep && told.is_ok() {
        environment.keep().await?;
    }
    environment.stop().await?;
    Ok(if told.is_ok() && progress.all_well() { ExitStatus::Success } else { ExitStatus::Negative })
}

async fn begin_counting(
    environment: &DemoEnvironment,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let head = environment.log.head().await?;
    let words = match head {
        0 => "a new log".to_owned(),
        head => format!("the log of earlier runs goes on after event {head}"),
    };
    progress.count_from(head);
    progress.end(head, Ok(words));
    Ok(())
}
