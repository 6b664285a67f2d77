//! `hip demo`: the whole story, on the embedded default, against the sandbox twin.
//!
//! A made-up patient visits a made-up clinic; the visit becomes a linked care context, an older one
//! is discovered, a consent is given, and a document arrives at the HIU, which decrypts it. Every
//! step is in the log. Run again, it goes on with the same log.

mod progress;
mod report;
mod story;
pub(crate) mod visits;

use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::dev::capture::Capture;
use crate::dev::stage::Stage;
use crate::output::{Answer, say};
use crate::telemetry;

use progress::Progress;
use visits::{ABHA_HOLDER, abha_holder};

/// Options of `hip demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write every message of the run, one JSON object a line, credentials masked.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Keep serving at the end, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

pub(crate) async fn run(options: Options, data_dir: &Path) -> anyhow::Result<Answer> {
    let capture = options.capture.as_deref().map(Capture::create).transpose()?;
    let mut progress = Progress::new();
    progress.begin("Set the stage");
    // First: it looks at whose directory this is before anything is written there.
    let database = Database::open(data_dir).await?;
    std::fs::create_dir_all(data_dir)?;
    let log_file = data_dir.join("demo.log");
    telemetry::to_file(&log_file)?;
    let stage = Stage::set(database, data_dir, "").await?;
    stage.sandbox.register_abha(abha_holder(&ABHA_HOLDER));
    begin_counting(&stage, &mut progress).await?;
    say(&format!("log       {}", stage.database.describe()));
    say(&format!("stores    {}", stage.stores));
    say(&format!("traces    {}", log_file.display()));
    say("");
    let told = Box::pin(story::tell(&stage, &mut progress)).await;
    if let Some(capture) = capture {
        say(&format!("\n{}", capture.write(&stage)?));
    }
    report::print(&progress, told.as_ref().ok());
    if let Err(error) = &told {
        crate::output::complain(&format!("\nthe story broke off: {error:#}"));
    }
    if options.keep && told.is_ok() {
        stage.keep().await?;
    }
    stage.strike().await?;
    Ok(if told.is_ok() && progress.all_well() { Answer::Yes } else { Answer::No })
}

async fn begin_counting(stage: &Stage, progress: &mut Progress) -> anyhow::Result<()> {
    let head = stage.log.head().await?;
    let words = match head {
        0 => "a new log".to_owned(),
        head => format!("the log of earlier runs goes on after event {head}"),
    };
    progress.count_from(head);
    progress.end(head, Ok(words));
    Ok(())
}
