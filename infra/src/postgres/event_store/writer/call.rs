//! One call of `es.append_groups`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_domain::stream::StreamId;
use hip_proof::Hash;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::batch::{Command, Encoded, Ended, NewTask, Queued};
use super::chain::{Chained, ReadHeads, StreamHead};
use crate::postgres::event_store::SHARD;

/// The arguments of `es.append_groups`, column by column. Array names as in migrations/0036.
#[derive(Default)]
struct Columns<'a> {
    s_id: Vec<&'a str>,
    s_type: Vec<&'a str>,
    s_version: Vec<i64>,
    s_hash: Vec<Option<&'a [u8]>>,
    s_new_version: Vec<i64>,
    s_new_hash: Vec<&'a [u8]>,
    c_key: Vec<&'a str>,
    c_stream: Vec<i32>,
    c_version: Vec<i64>,
    e_stream: Vec<i32>,
    e_version: Vec<i64>,
    e_hash: Vec<&'a [u8]>,
    e_id: Vec<Uuid>,
    e_type: Vec<&'a str>,
    e_schema: Vec<i16>,
    e_at: Vec<DateTime<Utc>>,
    e_corr: Vec<Uuid>,
    e_caus: Vec<Option<Uuid>>,
    e_subject: Vec<Option<Uuid>>,
    e_codec: Vec<i16>,
    e_body: Vec<&'a [u8]>,
    e_meta: Vec<&'a [u8]>,
    k_id: Vec<Uuid>,
    k_wrapped: Vec<&'a [u8]>,
    k_kek: Vec<&'a str>,
    t_event: Vec<i32>,
    t_ordinal: Vec<i32>,
    t_kind: Vec<&'a str>,
    t_before: Vec<&'a [u8]>,
    t_after: Vec<&'a [u8]>,
    t_lane: Vec<i16>,
    t_priority: Vec<i16>,
    t_due_at: Vec<DateTime<Utc>>,
    t_state: Vec<i16>,
    /// The longest of the leases.
    t_lease: Duration,
    d_dedupe: Vec<&'a str>,
    d_fence: Vec<i64>,
    d_is_required: Vec<bool>,
}

/// A place in an array of the database, from 1.
fn place(index: usize) -> i32 {
    i32::try_from(index + 1).expect("a call is bounded")
}

impl<'a> Columns<'a> {
    fn of(groups: &[&'a Queued], chained: &'a Chained<'a>, ends: &[End<'a>]) -> Self {
        let mut columns = Self::default();
        for End { ended, group } in ends {
            columns.d_dedupe.push(&ended.dedupe);
            columns.d_fence.push(ended.fence);
            columns.d_is_required.push(group.is_some());
        }
        for stream in &chained.streams {
            columns.s_id.push(stream.command.stream.as_str());
            columns.s_type.push(stream.command.stream_type);
            columns.s_version.push(stream.before.0);
            columns.s_hash.push((stream.before.0 > 0).then_some(&stream.before.1));
            columns.s_new_version.push(stream.after.0);
            columns.s_new_hash.push(&stream.after.1);
        }
        for event in &chained.events {
            columns.e_stream.push(place(event.stream));
            columns.e_version.push(event.version);
            columns.e_hash.push(&event.hash);
        }
        let commands = groups.iter().flat_map(|queued| &queued.group.commands);
        for (command, chain) in commands.zip(&chained.commands) {
            columns.c_key.push(&command.key);
            columns.c_stream.push(place(chain.stream));
            columns.c_version.push(chain.version);
            columns.push(command);
        }
        columns
    }

    fn push(&mut self, command: &'a Command) {
        for task in &command.tasks {
            self.push_task(self.e_id.len() + task.event, task);
        }
        for event in &command.events {
            self.push_event(event);
        }
        if let Some(new_key) = &command.new_key {
            self.k_id.push(new_key.key_id);
            self.k_wrapped.push(&new_key.wrapped);
            self.k_kek.push(&new_key.kek_id);
        }
    }

    fn push_task(&mut self, event: usize, task: &'a NewTask) {
        self.t_event.push(place(event));
        self.t_ordinal.push(i32::try_from(task.due.ordinal).expect("an event has few tasks"));
        self.t_kind.push(task.due.task.kind());
        self.t_before.push(&task.request.0);
        self.t_after.push(&task.request.1);
        self.t_lane.push(task.due.task.lane().number());
        self.t_priority.push(task.priority);
        self.t_due_at.push(task.due_at);
        self.t_state.push(task.state.number());
        self.t_lease = self.t_lease.max(task.state.lease());
    }

    fn push_event(&mut self, event: &'a Encoded) {
        self.e_id.push(event.event_id);
        self.e_type.push(event.event_type);
        self.e_schema.push(event.schema_version);
        self.e_at.push(event.recorded_at);
        self.e_corr.push(event.correlation_id);
        self.e_caus.push(event.causation_id);
        self.e_subject.push(event.subject_id);
        self.e_codec.push(event.codec);
        self.e_body.push(&event.body);
        self.e_meta.push(&event.meta);
    }
}

/// Result of one call.
pub(super) enum CallResult {
    /// Everything is stored, after this position.
    Stored {
        base: i64,
    },
    Refused(Refused),
}

/// Why nothing was stored. Places count from 0.
#[derive(Default)]
pub(super) struct Refused {
    /// Streams that are at another version, with their heads.
    pub(super) stale: Vec<(usize, StreamHead)>,
    /// Commands whose keys were used before: the version of then, and the stream.
    pub(super) known: Vec<(usize, i64, String)>,
    /// Required ends of which another process has the task.
    pub(super) lost: Vec<usize>,
}

/// A task that a call ends. Every transaction that waits for rows of the outbox locks them in the order of their keys.
pub(super) struct End<'a> {
    pub(super) ended: &'a Ended,
    /// The group that is stored only with this end, by its place among those of the call.
    pub(super) group: Option<usize>,
}

/// Makes one call: its own transaction, durable when it returns. `ends` are sorted by key.
pub(super) async fn append(
    connection: &mut PgConnection,
    groups: &[&Queued],
    chained: &Chained<'_>,
    ends: &[End<'_>],
) -> Result<CallResult, sqlx::Error> {
    let columns = Columns::of(groups, chained, ends);
    let row = sqlx::query(include_str!("../sql/append_groups.sql"))
        .bind(SHARD)
        .bind(&columns.s_id)
        .bind(&columns.s_type)
        .bind(&columns.s_version)
        .bind(&columns.s_hash)
        .bind(&columns.s_new_version)
        .bind(&columns.s_new_hash)
        .bind(&columns.c_key)
        .bind(&columns.c_stream)
        .bind(&columns.c_version)
        .bind(&columns.e_stream)
        .bind(&columns.e_version)
        .bind(&columns.e_hash)
        .bind(&columns.e_id)
        .bind(&columns.e_type)
        .bind(&columns.e_schema)
        .bind(&columns.e_at)
        .bind(&columns.e_corr)
        .bind(&columns.e_caus)
        .bind(&columns.e_subject)
        .bind(&columns.e_codec)
        .bind(&columns.e_body)
        .bind(&columns.e_meta)
        .bind(&columns.k_id)
        .bind(&columns.k_wrapped)
        .bind(&columns.k_kek)
        .bind(&columns.t_event)
        .bind(&columns.t_ordinal)
        .bind(&columns.t_kind)
        .bind(&columns.t_before)
        .bind(&columns.t_after)
        .bind(&columns.t_lane)
        .bind(&columns.t_priority)
        .bind(&columns.t_due_at)
        .bind(&columns.t_state)
        .bind(columns.t_lease)
        .bind(&columns.d_dedupe)
        .bind(&columns.d_fence)
        .bind(&columns.d_is_required)
        .fetch_one(connection)
        .await?;
    let refused = refused(&row)?;
    let is_refused =
        !(refused.stale.is_empty() && refused.known.is_empty() && refused.lost.is_empty());
    Ok(match row.try_get("a_base")? {
        Some(base) if !is_refused => CallResult::Stored { base },
        // Only tasks were ended.
        None if !is_refused && groups.is_empty() => CallResult::Stored { base: 0 },
        _ => CallResult::Refused(refused),
    })
}

fn refused(row: &sqlx::postgres::PgRow) -> Result<Refused, sqlx::Error> {
    let places = |name| -> Result<Vec<usize>, sqlx::Error> {
        let places: Option<Vec<i32>> = row.try_get(name)?;
        let places = places.unwrap_or_default();
        Ok(places.into_iter().filter_map(|place| usize::try_from(place - 1).ok()).collect())
    };
    let mut refused = Refused { lost: places("a_lost")?, ..Refused::default() };
    let stale = places("a_stale")?;
    if !stale.is_empty() {
        let versions: Vec<i64> = row.try_get("a_version")?;
        let hashes: Vec<Option<Vec<u8>>> = row.try_get("a_hash")?;
        for ((place, version), hash) in stale.into_iter().zip(versions).zip(hashes) {
            let hash = Hash::try_from(hash.unwrap_or_default()).unwrap_or_default();
            refused.stale.push((place, (version, hash)));
        }
    }
    let known = places("a_known")?;
    if !known.is_empty() {
        let versions: Vec<i64> = row.try_get("a_reached")?;
        let streams: Vec<String> = row.try_get("a_answered")?;
        let known = known.into_iter().zip(versions).zip(streams);
        refused.known = known.map(|((place, version), stream)| (place, version, stream)).collect();
    }
    Ok(refused)
}

/// The heads of these streams. Those that do not exist are left out.
pub(super) async fn heads(
    connection: &mut PgConnection,
    streams: &[&str],
) -> Result<ReadHeads, sqlx::Error> {
    let rows: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(include_str!("../sql/stream_heads.sql"))
        .bind(SHARD)
        .bind(streams)
        .fetch_all(connection)
        .await?;
    let head = |(stream, version, hash): (String, i64, Vec<u8>)| {
        Some((StreamId::stored(stream), (version, Hash::try_from(hash).ok()?)))
    };
    Ok(rows.into_iter().filter_map(head).collect())
}
