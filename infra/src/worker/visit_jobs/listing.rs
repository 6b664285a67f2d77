//! Jobs, for an operator.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// State of a job.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// The source that announced the visit.
    pub source: String,
    /// Id of the row in the trigger table.
    pub trigger_id: i64,
    /// Code of the visit.
    pub visit_code: String,
    /// The facility, if known.
    pub facility_id: Option<String>,
    /// Whether it waits because the facility is paused.
    pub paused: bool,
    /// `due`, `done` or `dead`.
    pub state: String,
    /// Number of attempts.
    pub attempts: i32,
    /// Time of the next attempt, if it is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Reason of the last failure.
    pub reason: Option<String>,
    /// When the visit was announced, in UTC.
    pub created_at: DateTime<Utc>,
    /// When it was done, in UTC.
    pub done_at: Option<DateTime<Utc>>,
}

/// State of the jobs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not done yet.
    Due,
    /// Done successfully.
    Done,
    /// Given up.
    Dead,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// Up to `limit` jobs in a state, or all that are not done; the oldest first.
pub async fn jobs(
    pool: &PgPool,
    state: Option<State>,
    limit: i64,
) -> Result<Vec<Job>, sqlx::Error> {
    let states: Vec<&str> = match state {
        Some(state) => vec![state.as_str()],
        None => vec![State::Due.as_str(), State::Dead.as_str()],
    };
    sqlx::query_as(
        "SELECT j.source, j.trigger_id, j.visit_code, nullif(j.facility_id, '') AS facility_id, \
                j.state = 'due' AND coalesce(i.paused, false) AS paused, j.state, j.attempts, \
                CASE WHEN j.state = 'due' THEN j.due_at END AS next_attempt_at, \
                j.last_error AS reason, j.created_at, j.done_at \
           FROM hip.visit_job j LEFT JOIN hip.facility_intake i USING (facility_id) \
          WHERE j.state = ANY ($1) ORDER BY j.created_at, j.source, j.trigger_id LIMIT $2",
    )
    .bind(states)
    .bind(limit)
    .fetch_all(pool)
    .in_time()
    .await
}

/// Makes a dead job due again; returns whether it existed. Without a source, any job with this number matches.
pub async fn retry(
    pool: &PgPool,
    source: Option<&str>,
    trigger_id: i64,
) -> Result<bool, sqlx::Error> {
    let retried = sqlx::query(
        "UPDATE hip.visit_job SET state = 'due', attempts = 0, due_at = now() \
          WHERE state = 'dead' AND trigger_id = $2 AND ($1::text IS NULL OR source = $1)",
    )
    .bind(source)
    .bind(trigger_id)
    .execute(pool)
    .in_time()
    .await?;
    Ok(retried.rows_affected() > 0)
}

/// Makes all dead jobs due again; returns their number.
pub async fn retry_all_dead(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let retried = sqlx::query(
        "UPDATE hip.visit_job SET state = 'due', attempts = 0, due_at = now() WHERE state = 'dead'",
    )
    .execute(pool)
    .in_time()
    .await?;
    Ok(retried.rows_affected())
}
