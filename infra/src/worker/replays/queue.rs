//! Stores the selection of an order as items.

use async_trait::async_trait;
use hip_commands::operations::replay::Item;
use hip_commands::port::ReplayQueue;
use hip_commands::port::replay_queue::QueueError;
use hip_domain::id::{FacilityId, ReplayId, RequestId};
use hip_domain::replay::{Direction, Ordered, Replay, Selection};
use hip_domain::stream::StreamId;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use crate::postgres::begin;
use crate::postgres::deadline::InTime;

/// Maximum number of items in one order: about a day of a large network. For more, use several orders.
pub const ITEM_COUNT_MAX: u32 = 100_000;

/// The query of a selection; its parameters are described in the file.
pub const SELECT: &str = include_str!("select.sql");

/// The items of orders, in Postgres.
pub struct PgReplayQueue {
    pool: PgPool,
}

impl PgReplayQueue {
    /// Uses the items in `pool`.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

/// A selected message or call.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Selected {
    direction: String,
    stream_id: String,
    /// Its `REQUEST-ID`.
    pub request_id: Uuid,
    facility_id: String,
}

impl Selected {
    /// The item that replays it.
    pub fn item(&self) -> Item {
        let is_call = self.direction == "call";
        Item {
            direction: if is_call { Direction::Call } else { Direction::Callback },
            stream: StreamId::stored(&self.stream_id),
        }
    }
}

/// The selected messages and calls, the oldest first, at most `limit`.
///
/// # Errors
///
/// [`QueueError::Absent`] if something that was named does not exist.
pub async fn select(
    pool: &PgPool,
    selection: &Selection,
    limit: u32,
) -> Result<Vec<Selected>, QueueError> {
    let requests = &selection.requests;
    let streams = requests.iter().flat_map(|id| [StreamId::inbound(*id), StreamId::outbound(*id)]);
    let streams: Vec<String> = streams.map(|stream| stream.as_str().to_owned()).collect();
    let named = (!requests.is_empty()).then_some(streams);
    let facilities = selection.facilities.as_ref().map(|facilities| {
        facilities.iter().map(FacilityId::as_str).map(str::to_owned).collect::<Vec<_>>()
    });
    // Without a call in the selection, callbacks are meant.
    let is_open = named.is_none() && selection.cause.is_none();
    let direction = match selection.direction {
        Some(Direction::Call) => Some("call"),
        Some(Direction::Callback) => Some("callback"),
        None => is_open.then_some("callback"),
    };
    let mut transaction = begin(pool).await.map_err(unavailable)?;
    let planning = "SET LOCAL plan_cache_mode = force_custom_plan";
    sqlx::query(planning).execute(&mut *transaction).in_time().await.map_err(unavailable)?;
    let selected: Vec<Selected> = sqlx::query_as(SELECT)
        .bind(&named)
        .bind(facilities)
        .bind(selection.since)
        .bind(selection.until)
        .bind(direction)
        .bind(&selection.kind)
        .bind(&selection.status)
        .bind(&selection.cause)
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .in_time()
        .await
        .map_err(unavailable)?;
    let is_missing = |id: &&RequestId| selected.iter().all(|one| one.request_id != id.0);
    match requests.iter().filter(is_missing).count() {
        0 => Ok(selected),
        count => Err(QueueError::Absent(count)),
    }
}

#[async_trait]
impl ReplayQueue for PgReplayQueue {
    async fn enqueue(
        &self,
        order: &Ordered,
        selection: &Selection,
        rate_per_s: Option<u32>,
    ) -> Result<u32, QueueError> {
        let selected = select(&self.pool, selection, ITEM_COUNT_MAX + 1).await?;
        let count = u32::try_from(selected.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(QueueError::Nothing);
        }
        if count > ITEM_COUNT_MAX {
            return Err(QueueError::TooMany(ITEM_COUNT_MAX));
        }
        let mut transaction = begin(&self.pool).await.map_err(unavailable)?;
        lay_down(&mut transaction, order, rate_per_s, selected).await.map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)?;
        Ok(count)
    }

    async fn note(&self, replay: ReplayId, state: Replay) -> Result<(), QueueError> {
        sqlx::query("UPDATE hip.replay_task SET state = $2 WHERE replay_id = $1")
            .bind(replay.0)
            .bind(state.as_str())
            .execute(&self.pool)
            .in_time()
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

async fn lay_down(
    transaction: &mut PgTransaction<'_>,
    order: &Ordered,
    rate_per_s: Option<u32>,
    selected: Vec<Selected>,
) -> Result<(), sqlx::Error> {
    let mut facilities: Vec<String> = selected.iter().map(|one| one.facility_id.clone()).collect();
    facilities.sort();
    facilities.dedup();
    let made = sqlx::query(
        "INSERT INTO hip.replay_task (replay_id, policy, ordered_by, why, rate_per_s, facilities, item_count) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(order.replay.0)
    .bind(order.policy.as_str())
    .bind(order.by.as_str())
    .bind(&order.why)
    .bind(rate_per_s.map(|rate| i32::try_from(rate).unwrap_or(i32::MAX)))
    .bind(facilities)
    .bind(i32::try_from(selected.len()).unwrap_or(i32::MAX))
    .execute(&mut **transaction)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(());
    }
    let (streams, directions): (Vec<String>, Vec<String>) =
        selected.into_iter().map(|one| (one.stream_id, one.direction)).unzip();
    sqlx::query(
        "INSERT INTO hip.replay_item (replay_id, n, stream_id, direction) \
         SELECT $1, n, stream_id, direction \
           FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS item(stream_id, direction, n)",
    )
    .bind(order.replay.0)
    .bind(streams)
    .bind(directions)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn unavailable(error: sqlx::Error) -> QueueError {
    QueueError::Unavailable(Box::new(error))
}
