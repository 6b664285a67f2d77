//! What lies beside the log and is no longer needed is deleted: tasks that were done, and old keys of appends. Their
//! ages are those of the database's own functions; see `migrations/0034_growth.sql`.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::postgres::deadline::InTime;

/// How long the key of an append is kept. What was appended earlier cannot be told from what was not.
pub const APPEND_KEYS_KEPT: TimeDelta = TimeDelta::days(400);

/// Between two walks through a table.
const WALK_INTERVAL: Duration = Duration::from_hours(1);

/// Between two steps of a walk, each of 4 MiB: so it never takes more of a disk than that a second.
const STEP_INTERVAL: Duration = Duration::from_secs(1);

/// One step from a block on. Returns where the next one begins; 0 at the end, nothing while another process walks.
const STEPS: [&str; 2] = ["SELECT es.forget_done_tasks($1)", "SELECT es.forget_append_keys($1)"];

/// Walks through the tables until `stop` says so. Any number of processes may.
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
