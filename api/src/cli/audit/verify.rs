//! `hip audit verify`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use hip_infra::event_store::{Broken, Report, Scope, verify};
use hip_proof::{Seal, follow};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::trust::{Trust, published_seals};
use crate::database::OpenLog;
use crate::output::{Answer, say, say_json};

/// Options of `hip audit verify`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Begin with the event at this position; what lies before is believed.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
    from: i64,
    /// The file that seals were published to; the one in the data directory when there is one.
    #[arg(long, value_name = "FILE")]
    seals: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Up to where the log was held against published seals.
#[derive(Clone, Copy)]
enum Sealed {
    /// To this position.
    To(i64),
    /// There were none to hold it against.
    Not,
}

pub(super) async fn run(options: &Options, data_dir: &Path) -> anyhow::Result<Answer> {
    let published = published_seals(options.seals.as_deref(), data_dir)?;
    let seals = published.unwrap_or_default();
    let sealed = seals.last().map_or(Sealed::Not, |seal| Sealed::To(seal.statement.to));
    let report = match mistrusted(options, data_dir, &seals)? {
        Some(broken) => Report { event_count: 0, stream_count: 0, broken: Some(broken) },
        None => walk(options, data_dir, &seals).await?,
    };
    if options.json {
        say_json(&as_json(&report, sealed));
    } else {
        let of_seals = match (&report.broken, sealed) {
            (Some(_), _) => String::new(),
            (None, Sealed::To(position)) => format!("; as sealed up to position {position}"),
            (None, Sealed::Not) => {
                "; there were no published seals to hold it against (--seals)".to_owned()
            }
        };
        say(&(in_words(&report) + &of_seals));
    }
    Ok(if report.broken.is_none() { Answer::Yes } else { Answer::No })
}

/// The first seal that is not to be believed.
fn mistrusted(
    options: &Options,
    data_dir: &Path,
    seals: &[Seal],
) -> anyhow::Result<Option<Broken>> {
    if seals.is_empty() {
        return Ok(None);
    }
    let keys = options.trust.keys(data_dir)?;
    Ok(follow(seals, &keys).err().map(Broken::from))
}

async fn walk(options: &Options, data_dir: &Path, seals: &[Seal]) -> anyhow::Result<Report> {
    let log = OpenLog::open(data_dir, 2).await?;
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {pos} events verified")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let scope = Scope { after: options.from - 1, seals };
    let report =
        verify(&log.pool, scope, |position| bar.set_position(position.unsigned_abs())).await;
    bar.finish_and_clear();
    log.close().await;
    report.context("the log cannot be read")
}

/// The result in a sentence.
pub(crate) fn in_words(report: &Report) -> String {
    let Report { event_count, stream_count, broken } = report;
    let Some(Broken { position, through, stream, what }) = broken else {
        return format!("chain whole: {event_count} events in {stream_count} streams");
    };
    let place = match (through, stream.as_str()) {
        (Some(last), _) => format!("somewhere from position {position} to {last}"),
        (None, "") => format!("at position {position}"),
        (None, stream) => format!("at position {position}, stream {stream}"),
    };
    format!("chain broken {place}: {what}")
}

fn as_json(report: &Report, sealed: Sealed) -> serde_json::Value {
    let broken = report.broken.as_ref().map(|broken| {
        json!({
            "position": broken.position,
            "through": broken.through,
            "stream": broken.stream,
            "what": broken.what,
        })
    });
    json!({
        "whole": broken.is_none(),
        "events": report.event_count,
        "streams": report.stream_count,
        "sealedTo": match sealed {
            Sealed::To(position) => Some(position),
            Sealed::Not => None,
        },
        "broken": broken,
    })
}
