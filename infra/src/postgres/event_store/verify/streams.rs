//! Recomputes the hash chains of a few streams.

use futures_util::TryStreamExt;
use hip_commands::port::log::LogError;
use sqlx::PgPool;

use super::chain::{Chains, Row};
use super::{Broken, Report};
use crate::postgres::begin;
use crate::postgres::event_store::{SHARD, unavailable};

/// Recomputes these streams from their first event to their head.
///
/// # Errors
///
/// The log cannot be read.
pub async fn verify_streams(pool: &PgPool, streams: &[String]) -> Result<Report, LogError> {
    let mut chains = Chains::after(0);
    let (mut event_count, mut broken) = (0, None);
    let mut snapshot = begin(pool).await.map_err(unavailable)?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        .execute(&mut *snapshot)
        .await
        .map_err(unavailable)?;
    let mut rows = sqlx::query_as::<_, Row>(include_str!("../sql/verify_streams.sql"))
        .bind(SHARD)
        .bind(streams)
        .fetch(&mut *snapshot);
    while let Some(row) = rows.try_next().await.map_err(unavailable)? {
        broken = chains.follow(&row).err();
        if broken.is_some() {
            break;
        }
        event_count += 1;
    }
    drop(rows);
    if broken.is_none() {
        broken = compare_heads(&mut snapshot, streams, &chains).await?;
    }
    Ok(Report { event_count, stream_count: chains.count() as u64, broken })
}

/// Checks that each stream ends where its head says.
async fn compare_heads(
    snapshot: &mut sqlx::PgConnection,
    streams: &[String],
    chains: &Chains,
) -> Result<Option<Broken>, LogError> {
    let heads: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT stream_id, version, head_hash FROM es.stream WHERE shard = $1 AND stream_id = ANY ($2)",
    )
    .bind(SHARD)
    .bind(streams)
    .fetch_all(snapshot)
    .await
    .map_err(unavailable)?;
    let other = heads.iter().find(|(stream, version, hash)| {
        let chain = chains.get(stream);
        chain.is_none_or(|(known, chain)| known != *version || chain[..] != hash[..])
    });
    Ok(other
        .map(|(stream, ..)| Broken::at(0, stream, "the stream's head is not that of its events")))
}
