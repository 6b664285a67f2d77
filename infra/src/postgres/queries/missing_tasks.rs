//! Compares the outbox with the log: an event has its tasks, open or ended.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::log::codec;
use hip_commands::port::log::LogError;
use hip_commands::process_managers::react;
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgPool;
use thiserror::Error;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{LogReader, SHARD};
use crate::subscription::process_manager;
use crate::worker::outbox::NewRows;

/// The events of these days are checked. Done tasks are deleted after seven days.
const DAYS: i64 = 6;

/// A task that follows from an event and was never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTask {
    /// Position of the event.
    pub position: i64,
    /// The event's stored name.
    pub event: String,
    /// The kind of the task.
    pub kind: &'static str,
}

/// Result of a check.
#[derive(Debug, Default)]
pub struct Checked {
    /// Number of events that were looked at.
    pub event_count: u64,
    /// The missing tasks, in the order of the log.
    pub missing: Vec<MissingTask>,
}

/// Why a check could not be made.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database cannot be used.
    #[error("the outbox cannot be read")]
    Database(#[from] sqlx::Error),
}

/// Looks at the events of the last six days, up to where the reader `reactions` is; with `repair`, stores missing
/// tasks. Events that only a newer program knows are left out.
///
/// # Errors
///
/// [`CheckError`]; tasks that were found before are stored.
pub async fn check(pool: &PgPool, now: DateTime<Utc>, repair: bool) -> Result<Checked, CheckError> {
    let log = LogReader::new(pool.clone());
    let last = process_manager::position(pool).await?;
    let mut pages = log.pages(first_since(pool, now - TimeDelta::days(DAYS), last).await?);
    let mut checked = Checked::default();
    while let Some(page) = pages.next().await? {
        let stored: Vec<_> = page.iter().take_while(|event| event.position <= last).collect();
        checked.event_count += stored.len() as u64;
        let events: Vec<_> = stored
            .iter()
            .filter_map(|event| Some((codec::decode(event).ok()?, &event.name)))
            .collect();
        let planned: Vec<_> = events
            .iter()
            .flat_map(|(event, name)| react(event).into_iter().map(move |due| (event, *name, due)))
            .collect();
        let known = known(pool, &planned).await?;
        let mut rows = NewRows::default();
        for (event, name, due) in planned.iter().filter(|(_, _, due)| !known.contains(&due.key())) {
            rows.push(event, due);
            let (position, kind) = (event.position, due.task.kind());
            checked.missing.push(MissingTask { position, event: (*name).clone(), kind });
        }
        if repair {
            rows.insert(&mut *pool.acquire().await?).await?;
        }
        if stored.len() < page.len() {
            break;
        }
    }
    Ok(checked)
}

/// The keys of those tasks that are in the outbox.
async fn known(
    pool: &PgPool,
    planned: &[(&Recorded<Event>, &String, Due)],
) -> Result<HashSet<String>, sqlx::Error> {
    let keys: Vec<String> = planned.iter().map(|(_, _, due)| due.key()).collect();
    let known: Vec<String> = sqlx::query_scalar(
        "SELECT o.dedupe FROM unnest($2::text[]) AS wanted(key) \
           JOIN es.outbox o ON o.shard = $1 AND o.dedupe = wanted.key",
    )
    .bind(SHARD)
    .bind(keys)
    .fetch_all(pool)
    .in_time()
    .await?;
    Ok(known.into_iter().collect())
}

/// The position before the first event since a time, by bisection: events are stored in the order of time.
async fn first_since(pool: &PgPool, since: DateTime<Utc>, last: i64) -> Result<i64, sqlx::Error> {
    let (mut before, mut after) = (0, last);
    while before < after {
        let middle = before + (after - before) / 2;
        let at: Option<DateTime<Utc>> = sqlx::query_scalar(
            "SELECT recorded_at FROM es.event WHERE shard = $1 AND position = $2",
        )
        .bind(SHARD)
        .bind(middle + 1)
        .fetch_optional(pool)
        .in_time()
        .await?;
        if at.is_some_and(|at| at < since) { before = middle + 1 } else { after = middle }
    }
    Ok(before)
}
