//! Compares the heads with the events: a difference means that the newest were cut off or some were inserted.

use std::cmp::Ordering;

use hip_commands::port::log::LogError;
use sqlx::PgConnection;

use super::Broken;
use super::chain::Chains;
use crate::postgres::event_store::{SHARD, unavailable};

/// Compares the head of the log with the last event.
pub(super) async fn of_log(
    snapshot: &mut PgConnection,
    position: i64,
) -> Result<Option<Broken>, LogError> {
    let head: i64 = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1")
        .bind(SHARD)
        .fetch_one(snapshot)
        .await
        .map_err(unavailable)?;
    Ok(match head.cmp(&position) {
        Ordering::Greater => Some(Broken::at(position + 1, "", "the newest events are missing")),
        Ordering::Less => {
            Some(Broken::at(head + 1, "", "there are events after the head of the log"))
        }
        Ordering::Equal => None,
    })
}

/// Heads per query: small enough to stay far below the statement time limit.
const PAGE: i64 = 20_000;

/// A stream, its version, and the hash of its newest event.
type Head = (String, i64, Vec<u8>);

/// The heads after a stream, in index order.
async fn page(snapshot: &mut PgConnection, after: &str) -> Result<Vec<Head>, LogError> {
    let heads = "SELECT stream_id, version, head_hash FROM es.stream \
                 WHERE shard = $1 AND stream_id > $2 ORDER BY stream_id LIMIT $3";
    let query = sqlx::query_as(heads).bind(SHARD).bind(after).bind(PAGE);
    query.fetch_all(snapshot).await.map_err(unavailable)
}

/// Compares the heads of all streams. If not all of the log was read, only streams that were seen count.
pub(super) async fn of_streams(
    snapshot: &mut PgConnection,
    chains: &Chains,
    position: i64,
    is_all: bool,
) -> Result<Option<Broken>, LogError> {
    let broken = |stream: &str, what| Ok(Some(Broken::at(position, stream, what)));
    let mut met_count = 0;
    let mut after = String::new(); // before the name of every stream
    loop {
        let page = page(snapshot, &after).await?;
        let Some((last, ..)) = page.last() else { break };
        after.clone_from(last);
        for (stream, version, hash) in page {
            match chains.get(&stream) {
                Some((known, chain)) if known == version && chain[..] == hash[..] => met_count += 1,
                Some(_) => return broken(&stream, "the stream's head is not that of its events"),
                None if is_all => return broken(&stream, "all events of the stream are missing"),
                None => {}
            }
        }
    }
    if met_count == chains.count() {
        return Ok(None);
    }
    broken("", "a stream has events and no head")
}
