//! Deletes rows beside the log that are no longer needed: completed tasks, and old append keys. Their
//! ages are those of the database's own functions; see `migrations/0034_growth.sql`.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::postgres::deadline::InTime;

/// How long an append key is kept. Afterwards a repeated append is not recognised.
pub const APPEND_KEYS_KEPT: TimeDelta = TimeDelta::days(400);

/// Interval between two passes over a table.
const WALK_INTERVAL: Duration = Duration::from_hours(1);

/// Interval between two steps of a pass, each of 4 MiB: this limits disk use to 4 MiB each second.
const STEP_INTERVAL: Duration = Duration::from_secs(1);

/// One step, starting at a block. Returns the start of the next one; 0 at the end, `NULL` while another process runs.
const STEPS: [&str; 2] = ["SELECT es.forget_done_tasks($1)", "SELECT es.forget_append_keys($1)"];

/// Runs passes until `stop` is true. Any number of processes may run this.
pub async fn forget_what_is_done(pool: PgPool, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for step in STEPS {
            walk(&pool, step, &mut stop).await;
        }
        pause(WALK_INTERVAL, &mut stop).await;
    }
}

async fn walk(pool: &PgPool, statement: &'static str, stop: &mut watch::Receiver<bool>) {
    let mut block = 0_i64;
    while !*stop.borrow() {
        let next: Result<Option<i64>, _> =
            sqlx::query_scalar(statement).bind(block).fetch_one(pool).in_time().await;
        match next {
            Ok(None | Some(0)) => return,
            Ok(Some(next)) => block = next,
            Err(error) => {
                let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                tracing::warn!(code = code.as_deref(), "old tasks or keys were not deleted");
                return;
            }
        }
        pause(STEP_INTERVAL, stop).await;
    }
}

async fn pause(time: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        _ = stop.changed() => {}
    }
}
