//! Applies one page of the log to a generation that nobody else writes to.

use std::time::Duration;

use hip_commands::port::log::StoredEvent;
use sqlx::PgPool;

use super::projection::Projection;
use crate::postgres::event_store::LogReader;
use crate::subscription::{Cursor, PageFailure};

/// Number of consecutive failures after which a rebuild gives up. A store that is only busy recovers earlier.
const FAILURES_MAX: u32 = 10;

/// First wait after a failure; it doubles each time, up to sixteen times.
const WAIT: Duration = Duration::from_millis(100);

/// Result of a step.
pub(super) struct Step {
    /// There was nothing more to read.
    pub(super) is_last: bool,
    /// The events were applied; otherwise one of them must be parked first.
    pub(super) is_applied: bool,
}

/// Applies at most this many events. Retries a busy log or store with fewer.
pub(super) async fn step(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    cursor: &mut Cursor,
    most: i64,
) -> Result<Step, PageFailure> {
    let mut failures = 0;
    loop {
        match try_step(log, pool, projection, cursor, most).await {
            Err(stop) if stop.may_pass() && failures < FAILURES_MAX => {
                tokio::time::sleep(WAIT * 2_u32.pow(failures.min(4))).await;
                failures += 1;
            }
            tried => return tried,
        }
    }
}

async fn try_step(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    cursor: &mut Cursor,
    most: i64,
) -> Result<Step, PageFailure> {
    let limit = cursor.limit(most);
    let stored = match log.clear_page(cursor.position(), limit).await {
        Ok(stored) => stored,
        Err(error) => {
            cursor.read_failed(limit);
            return Err(error.into());
        }
    };
    let is_last = stored.is_empty();
    Ok(Step { is_last, is_applied: apply(pool, projection, cursor, stored).await? })
}

async fn apply(
    pool: &PgPool,
    projection: &dyn Projection,
    cursor: &mut Cursor,
    stored: Vec<StoredEvent>,
) -> Result<bool, PageFailure> {
    match cursor.apply(pool, projection, stored).await {
        Ok(()) => Ok(true),
        Err(stop) if Cursor::goes_on_after(projection, &stop) => Ok(false),
        Err(stop) => Err(stop),
    }
}
