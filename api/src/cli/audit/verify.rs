//! `hip audit verify`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use hip_infra::postgres::epochs::{self, Epoch};
use hip_infra::postgres::event_store::{Broken, Report, Scope, verify};
use hip_proof::{Chain, Published, RestartStatement, Seal, check};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::trust::{Trust, published_seals};
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Options of `hip audit verify`.
#[derive(clap::Args)]
pub(crate) struct AuditVerifyArgs {
    /// Start with the event at this position; earlier events are trusted.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
    from: i64,
    /// File with published seals; default: the one in the data directory, if it exists.
    #[arg(long, value_name = "FILE")]
    seals: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Up to where the log was compared with published seals.
#[derive(Clone, Copy)]
enum Sealed {
    /// Compared up to this position.
    To(i64),
    /// No seals were available.
    Not,
}

pub(super) async fn run(options: &AuditVerifyArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let published = published_seals(options.seals.as_deref(), data_dir)?;
    let (report, chain, epochs) = match believed(options, data_dir, published.unwrap_or_default())?
    {
        Ok(chain) => {
            let (report, epochs) = walk(options, data_dir, &chain.seals).await?;
            (report, chain, epochs)
        }
        Err(broken) => {
            let report = Report { event_count: 0, stream_count: 0, broken: Some(broken) };
            (report, Chain::default(), vec![])
        }
    };
    let sealed = chain.seals.last().map_or(Sealed::Not, |seal| Sealed::To(seal.statement.to));
    if options.json {
        print_json_line(&as_json(&report, sealed, &chain.restarts, &epochs));
    } else {
        let of_seals = match (&report.broken, sealed) {
            (Some(_), _) => String::new(),
            (None, Sealed::To(position)) => format!("; as sealed up to position {position}"),
            (None, Sealed::Not) => {
                "; there were no published seals to hold it against (--seals)".to_owned()
            }
        };
        print_line(&(in_words(&report) + &of_seals));
        for loss in losses(&chain.restarts, &epochs) {
            print_line(&loss);
        }
    }
    Ok(if report.broken.is_none() { ExitStatus::Success } else { ExitStatus::Negative })
}

/// The published seals, or the first one that is not trusted.
fn believed(
    options: &AuditVerifyArgs,
    data_dir: &Path,
    published: Vec<Published>,
) -> anyhow::Result<Result<Chain, Broken>> {
    if published.is_empty() {
        return Ok(Ok(Chain::default()));
    }
    let keys = options.trust.keys(data_dir)?;
    Ok(check(published, &keys).map_err(Broken::from))
}

async fn walk(
    options: &AuditVerifyArgs,
    data_dir: &Path,
    seals: &[Seal],
) -> anyhow::Result<(Report, Vec<Epoch>)> {
    let log = OpenLog::open(data_dir, 2).await?;
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {pos} events verified")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let scope = Scope { after: options.from - 1, seals };
    let report =
        verify(&log.pool, scope, |position| bar.set_position(position.unsigned_abs())).await;
    bar.finish_and_clear();
    let epochs = epochs::all(&log.pool).await;
    log.close().await;
    Ok((report.context("the log cannot be read")?, epochs.context("the epochs cannot be read")?))
}

/// The result as one sentence.
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

/// Known losses, from the epochs of this database and from the published seals.
fn losses(restarts: &[RestartStatement], epochs: &[Epoch]) -> Vec<String> {
    let by_epoch = epochs.iter().filter(|epoch| epoch.lost_through > epoch.begins_after);
    let by_epoch = by_epoch.map(|it| {
        let (at, first, last) = (it.began_at, it.begins_after + 1, it.lost_through);
        format!(
            "  epoch {}: at {at} another server took up the log; what lay at positions {first} to {last} before is lost",
            it.epoch
        )
    });
    let by_seal = restarts.iter().map(|it| {
        let (at, first, last) = (it.restarted_at, it.restart_after + 1, it.lost_through);
        format!("  seals over positions {first} to {last} were given up at {at}")
    });
    by_epoch.chain(by_seal).collect()
}

fn as_json(
    report: &Report,
    sealed: Sealed,
    restarts: &[RestartStatement],
    epochs: &[Epoch],
) -> serde_json::Value {
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
        "restarts": restarts,
        "epochs": epochs,
    })
}
