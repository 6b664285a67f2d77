//! `hip audit verify`: is the log whole?

use std::path::Path;
use std::time::Duration;

use hip_infra::event_store::{Report, verify};
use hip_infra::postgres;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::database::Database;
use crate::output::{Answer, say, say_json};

/// Commands of the auditor.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Recompute the chain of every stream and look for holes.
    Verify {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<Answer> {
    let Command::Verify { json } = command;
    let database = Database::open(data_dir).await?;
    let pool = postgres::connect(database.url(), 2).await?;
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {pos} events verified")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let report = verify(&pool, |position| bar.set_position(position.unsigned_abs())).await;
    bar.finish_and_clear();
    pool.close().await;
    database.close().await;
    let report = report?;
    if json {
        say_json(&as_json(&report));
    } else {
        say(&in_words(&report));
    }
    Ok(if report.broken.is_none() { Answer::Yes } else { Answer::No })
}

/// The result in a sentence.
pub(crate) fn in_words(report: &Report) -> String {
    let Report { event_count, stream_count, broken } = report;
    match broken {
        None => format!("chain whole: {event_count} events in {stream_count} streams"),
        Some(broken) if broken.stream.is_empty() => {
            format!("chain broken at position {}: {}", broken.position, broken.what)
        }
        Some(broken) => {
            let what = broken.what;
            format!(
                "chain broken at position {}, stream {}: {what}",
                broken.position, broken.stream
            )
        }
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let broken = report.broken.as_ref().map(|broken| {
        json!({ "position": broken.position, "stream": broken.stream, "what": broken.what })
    });
    json!({
        "whole": broken.is_none(),
        "events": report.event_count,
        "streams": report.stream_count,
        "broken": broken,
    })
}
