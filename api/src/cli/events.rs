//! `hip events …`: the events of the log without decrypting any part, and the partitions that hold them.

mod partitions;

use std::path::Path;

use hip_commands::port::log::StoredEvent;
use hip_domain::access::{Filter, Listing, View};
use serde::Serialize;
use sqlx::PgPool;

use super::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Commands on the log.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List events in log order. Confidential parts stay sealed.
    List {
        /// Only after this position.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// Only streams whose name starts with this.
        #[arg(long, default_value = "")]
        stream: String,
        /// Maximum number of events.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Print one JSON object per event.
        #[arg(long)]
        json: bool,
    },
    /// List the partitions of the log, with their sizes and disks.
    Partitions {
        /// Print one JSON object per partition.
        #[arg(long)]
        json: bool,
    },
    /// Write a full partition with its seals to a file that anyone can check with the public key. The
    /// partition stays as it is.
    Archive(partitions::ArchiveOptions),
    /// Move a full partition to another disk. Its events stay readable; readers wait while it is copied.
    Move(partitions::MoveOptions),
}

#[derive(Serialize)]
struct Line<'a> {
    position: i64,
    at: String,
    stream: &'a str,
    version: i64,
    event: &'a str,
    sealed: bool,
    clear: &'a serde_json::value::RawValue,
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::List { after, stream, limit, json } => {
            let log = OpenLog::open(data_dir, 2).await?;
            let listed = list(&log.pool, after, &stream, limit, json).await;
            log.close().await;
            listed
        }
        Command::Partitions { json } => partitions::list(json, data_dir).await,
        Command::Archive(options) => partitions::archive(&options, data_dir).await,
        Command::Move(options) => partitions::relocate_to(&options, data_dir).await,
    }
}

/// A full stream name is recorded as access to one resource, if the events of that stream come first.
async fn remember(
    looks: &AccessLog,
    first: &StoredEvent,
    (after, stream): (i64, &str),
) -> anyhow::Result<()> {
    if first.stream.as_str() == stream && !first.stream.is_access() {
        return looks.at_thing(View::Events, &first.stream).await;
    }
    let by = [(Filter::Stream, !stream.is_empty()), (Filter::Period, after > 0)];
    looks.at_list(Listing::Events, &by).await
}

async fn list(
    pool: &PgPool,
    after: i64,
    stream: &str,
    limit: usize,
    json: bool,
) -> anyhow::Result<ExitStatus> {
    let log = hip_infra::postgres::event_store::LogReader::new(pool.clone());
    let looks = AccessLog::in_log_of(pool);
    let (mut pages, mut shown) = (log.pages(after), 0);
    while let Some(page) = pages.next().await? {
        for event in page.iter().filter(|event| event.stream.as_str().starts_with(stream)) {
            if shown == 0 {
                remember(&looks, event, (after, stream)).await?;
            }
            let clear = serde_json::from_slice(&event.clear)?;
            let at = event.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            let sealed = event.is_sealed();
            if json {
                print_json_line(&Line {
                    position: event.position,
                    at,
                    stream: event.stream.as_str(),
                    version: event.version,
                    event: &event.name,
                    sealed,
                    clear,
                });
            } else {
                let mark = if sealed { "sealed" } else { "" };
                print_line(&format!(
                    "{:>8}  {at}  {:<28} {mark:<6}  {} v{}",
                    event.position, event.name, event.stream, event.version
                ));
            }
            shown += 1;
            if shown == limit {
                return Ok(ExitStatus::Success);
            }
        }
    }
    Ok(ExitStatus::Success)
}
