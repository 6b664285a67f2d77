//! A batch of commands in the form of one call of `es.append`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::log::{Appended, LogError};
use hip_commands::tasks::Due;
use hip_domain::stream::StreamId;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use super::SHARD;
use super::handover::{Handed, Room};

/// One append, sealed and hashed.
pub(super) struct Command {
    pub(super) stream: StreamId,
    pub(super) stream_type: &'static str,
    /// Expected version; -1 for any.
    pub(super) expected: i64,
    pub(super) key: String,
    pub(super) events: Vec<Encoded>,
    pub(super) tasks: Vec<NewTask>,
    pub(super) new_key: Option<NewKey>,
}

/// One event in the form of its table row.
pub(super) struct Encoded {
    pub(super) event_id: Uuid,
    pub(super) event_type: &'static str,
    pub(super) schema_version: i16,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) correlation_id: Uuid,
    pub(super) causation_id: Option<Uuid>,
    pub(super) subject_id: Option<Uuid>,
    pub(super) codec: i16,
    pub(super) body: Vec<u8>,
    pub(super) meta: Vec<u8>,
    pub(super) digest: Vec<u8>,
}

/// A subject's wrapped key, to be stored in the same transaction.
#[derive(Clone)]
pub(super) struct NewKey {
    pub(super) key_id: Uuid,
    pub(super) wrapped: Vec<u8>,
    pub(super) kek_id: String,
}

impl Command {
    /// Size that counts towards the limit of a batch.
    pub(super) fn size_bytes(&self) -> usize {
        self.events.iter().map(|event| event.body.len() + event.meta.len()).sum()
    }

    /// First and last position of its events, of which the last was stored at `position`.
    pub(super) fn stretch(&self, position: i64) -> Option<(i64, i64)> {
        let before = i64::try_from(self.events.len()).ok()?.checked_sub(1)?;
        Some((position - before, position))
    }

    /// The tasks of a command whose last event was stored at `position`: those with a lease of this
    /// process, which began at `leased_at` or later, and whether there are others that are due.
    pub(super) fn stored_tasks(self, position: i64, leased_at: Instant) -> (Vec<Handed>, bool) {
        let now_count = self.tasks.iter().filter(|task| task.wake_at.is_none()).count();
        let handed: Vec<Handed> =
            self.tasks.into_iter().filter_map(|task| task.handed(position, leased_at)).collect();
        let has_others = handed.len() < now_count;
        (handed, has_others)
    }
}

/// A row of the outbox that is not stored yet.
pub(super) struct NewTask {
    /// How many events of the append come after the one that it follows from.
    pub(super) events_after: i32,
    pub(super) due: Due,
    /// The request, before and after the position of the event.
    pub(super) request: (Vec<u8>, Vec<u8>),
    pub(super) priority: i16,
    pub(super) due_at: DateTime<Utc>,
    /// When it is due, if that is later.
    pub(super) wake_at: Option<Instant>,
    /// `None`: it is stored without a lease.
    pub(super) room: Option<Room>,
}

impl NewTask {
    /// The task after the last event of its append was stored at `last`; `None` if it has no lease of this process.
    fn handed(self, last: i64, leased_at: Instant) -> Option<Handed> {
        let Self { mut due, priority, due_at, room, events_after, .. } = self;
        due.cause.position = last - i64::from(events_after);
        Some(Handed { due, due_at, priority, leased_at, room: room? })
    }
}

/// A task that is done.
pub(super) struct Ended {
    pub(super) dedupe: String,
    pub(super) fence: i64,
}

/// A command and the channel for its result.
pub(super) struct Queued {
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Result<Appended, LogError>>,
}

/// The arguments of `es.append`, column by column. Array names as in migrations/0003 and 0035.
#[derive(Default)]
struct Columns<'a> {
    stream: Vec<&'a str>,
    stream_type: Vec<&'a str>,
    expected: Vec<i64>,
    key: Vec<&'a str>,
    cmd: Vec<i32>,
    id: Vec<Uuid>,
    event_type: Vec<&'a str>,
    schema: Vec<i16>,
    at: Vec<DateTime<Utc>>,
    correlation: Vec<Uuid>,
    causation: Vec<Option<Uuid>>,
    subject: Vec<Option<Uuid>>,
    codec: Vec<i16>,
    body: Vec<&'a [u8]>,
    meta: Vec<&'a [u8]>,
    digest: Vec<&'a [u8]>,
    key_cmd: Vec<i32>,
    key_id: Vec<Uuid>,
    key_wrapped: Vec<&'a [u8]>,
    key_kek: Vec<&'a str>,
    task_cmd: Vec<i32>,
    task_back: Vec<i32>,
    task_ordinal: Vec<i32>,
    task_kind: Vec<&'a str>,
    task_before: Vec<&'a [u8]>,
    task_after: Vec<&'a [u8]>,
    task_lane: Vec<i16>,
    task_priority: Vec<i16>,
    task_due_at: Vec<DateTime<Utc>>,
    task_leased: Vec<bool>,
    /// The longest of the leases.
    task_lease: Duration,
    ended_dedupe: Vec<&'a str>,
    ended_fence: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn of(commands: &'a [Queued], ended: &'a [Ended]) -> Self {
        let mut columns = Self::default();
        for Ended { dedupe, fence } in ended {
            columns.ended_dedupe.push(dedupe);
            columns.ended_fence.push(*fence);
        }
        for (cmd, Queued { command, .. }) in (1..).zip(commands) {
            columns.stream.push(command.stream.as_str());
            columns.stream_type.push(command.stream_type);
            columns.expected.push(command.expected);
            columns.key.push(&command.key);
            for task in &command.tasks {
                columns.push_task(cmd, task);
            }
            for event in &command.events {
                columns.push_event(cmd, event);
            }
            if let Some(new_key) = &command.new_key {
                columns.key_cmd.push(cmd);
                columns.key_id.push(new_key.key_id);
                columns.key_wrapped.push(&new_key.wrapped);
                columns.key_kek.push(&new_key.kek_id);
            }
        }
        columns
    }

    fn push_task(&mut self, cmd: i32, task: &'a NewTask) {
        self.task_cmd.push(cmd);
        self.task_back.push(task.events_after);
        self.task_ordinal.push(i32::try_from(task.due.ordinal).expect("an event has few tasks"));
        self.task_kind.push(task.due.task.kind());
        self.task_before.push(&task.request.0);
        self.task_after.push(&task.request.1);
        self.task_lane.push(task.due.task.lane().number());
        self.task_priority.push(task.priority);
        self.task_due_at.push(task.due_at);
        self.task_leased.push(task.room.is_some());
        let lease = task.room.as_ref().map_or(Duration::ZERO, |room| room.lease);
        self.task_lease = self.task_lease.max(lease);
    }

    fn push_event(&mut self, cmd: i32, event: &'a Encoded) {
        self.cmd.push(cmd);
        self.id.push(event.event_id);
        self.event_type.push(event.event_type);
        self.schema.push(event.schema_version);
        self.at.push(event.recorded_at);
        self.correlation.push(event.correlation_id);
        self.causation.push(event.causation_id);
        self.subject.push(event.subject_id);
        self.codec.push(event.codec);
        self.body.push(&event.body);
        self.meta.push(&event.meta);
        self.digest.push(&event.digest);
    }
}

/// Result of one command of a call.
pub(super) enum AppendResult {
    Ok { version: i64, position: i64 },
    Duplicate { version: i64, same_stream: bool },
    Conflict { version: i64 },
}

impl From<AppendResult> for Result<Appended, LogError> {
    fn from(outcome: AppendResult) -> Self {
        match outcome {
            AppendResult::Ok { version, position } => Ok(Appended::Stored { version, position }),
            AppendResult::Duplicate { version, same_stream: true } => {
                Ok(Appended::Duplicate { version })
            }
            AppendResult::Duplicate { same_stream: false, .. } => Err(LogError::KeyReused),
            AppendResult::Conflict { version } => Err(LogError::Conflict { version }),
        }
    }
}

/// One call: its own transaction, durable when it returns. It also ends tasks that are done. Results are in
/// the order of the commands.
pub(super) async fn append(
    connection: &mut PgConnection,
    commands: &[Queued],
    ended: &[Ended],
) -> Result<Vec<AppendResult>, sqlx::Error> {
    let columns = Columns::of(commands, ended);
    let row = sqlx::query(include_str!("sql/append.sql"))
        .bind(SHARD)
        .bind(&columns.stream)
        .bind(&columns.stream_type)
        .bind(&columns.expected)
        .bind(&columns.key)
        .bind(&columns.cmd)
        .bind(&columns.id)
        .bind(&columns.event_type)
        .bind(&columns.schema)
        .bind(&columns.at)
        .bind(&columns.correlation)
        .bind(&columns.causation)
        .bind(&columns.subject)
        .bind(&columns.codec)
        .bind(&columns.body)
        .bind(&columns.meta)
        .bind(&columns.digest)
        .bind(&columns.key_cmd)
        .bind(&columns.key_id)
        .bind(&columns.key_wrapped)
        .bind(&columns.key_kek)
        .bind(&columns.task_cmd)
        .bind(&columns.task_back)
        .bind(&columns.task_ordinal)
        .bind(&columns.task_kind)
        .bind(&columns.task_before)
        .bind(&columns.task_after)
        .bind(&columns.task_lane)
        .bind(&columns.task_priority)
        .bind(&columns.task_due_at)
        .bind(&columns.task_leased)
        .bind(columns.task_lease)
        .bind(&columns.ended_dedupe)
        .bind(&columns.ended_fence)
        .fetch_one(connection)
        .await?;
    outcomes(&row, commands)
}

/// Decodes the three arrays of the answer, command by command.
fn outcomes(row: &PgRow, commands: &[Queued]) -> Result<Vec<AppendResult>, sqlx::Error> {
    let versions: Vec<i64> = row.try_get("a_version")?;
    let positions: Vec<Option<i64>> = row.try_get("a_position")?;
    let answered: Vec<Option<String>> = row.try_get("a_answered")?;
    if [versions.len(), positions.len(), answered.len()] != [commands.len(); 3] {
        return Err(sqlx::Error::Protocol("an answer for other commands".to_owned()));
    }
    let answers = versions.into_iter().zip(positions).zip(answered).zip(commands);
    Ok(answers
        .map(|(((version, position), answered), queued)| match (position, answered) {
            (Some(position), _) => AppendResult::Ok { version, position },
            (None, Some(stream)) => {
                let same_stream = stream == queued.command.stream.as_str();
                AppendResult::Duplicate { version, same_stream }
            }
            (None, None) => AppendResult::Conflict { version },
        })
        .collect())
}
