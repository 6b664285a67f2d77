//! Commands on their way to the log, in groups that are stored whole.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::log::LogError;
use hip_commands::tasks::{Due, ReadyCall};
use hip_domain::stream::StreamId;
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use crate::postgres::event_store::handover::{Handed, Room};

/// Maximum number of commands in one call; the body of a call stays about a megabyte.
const COMMAND_COUNT_MAX: usize = 256;
const BODY_BYTES_MAX: usize = 1 << 20;

/// One append, sealed.
pub(in super::super) struct Command {
    pub(in super::super) stream: StreamId,
    pub(in super::super) stream_type: &'static str,
    /// Expected version; -1 for any.
    pub(in super::super) expected: i64,
    pub(in super::super) key: String,
    pub(in super::super) events: Vec<Encoded>,
    pub(in super::super) tasks: Vec<NewTask>,
    pub(in super::super) new_key: Option<NewKey>,
}

/// One event in the form of its table row.
pub(in super::super) struct Encoded {
    pub(in super::super) event_id: Uuid,
    pub(in super::super) event_type: &'static str,
    pub(in super::super) schema_version: i16,
    pub(in super::super) recorded_at: DateTime<Utc>,
    pub(in super::super) correlation_id: Uuid,
    pub(in super::super) causation_id: Option<Uuid>,
    pub(in super::super) subject_id: Option<Uuid>,
    pub(in super::super) codec: i16,
    pub(in super::super) body: Vec<u8>,
    pub(in super::super) meta: Vec<u8>,
    pub(in super::super) digest: [u8; 32],
}

/// A subject's wrapped key, to be stored in the same transaction.
#[derive(Clone)]
pub(in super::super) struct NewKey {
    pub(in super::super) key_id: Uuid,
    pub(in super::super) wrapped: Vec<u8>,
    pub(in super::super) kek_id: String,
}

impl Command {
    /// Size that counts towards the limit of a batch.
    pub(in super::super) fn size_bytes(&self) -> usize {
        self.events.iter().map(|event| event.body.len() + event.meta.len()).sum()
    }
}

/// A row of the outbox that is not stored yet.
pub(in super::super) struct NewTask {
    /// Place of the event that it follows from, among those of its command.
    pub(in super::super) event: usize,
    pub(in super::super) due: Due,
    /// The request, before and after the position of the event.
    pub(in super::super) request: (Vec<u8>, Vec<u8>),
    pub(in super::super) priority: i16,
    pub(in super::super) due_at: DateTime<Utc>,
    /// When it is due, if that is later.
    pub(in super::super) wake_at: Option<Instant>,
    pub(in super::super) state: NewTaskState,
}

/// Who performs a new task.
pub(in super::super) enum NewTaskState {
    /// Any process: it is stored without a lease.
    Free,
    /// This process. A call may be composed already.
    Ours(Room, Option<Box<ReadyCall>>),
    /// It was done before it is stored.
    Done,
}

impl NewTaskState {
    /// As `t_state` of migrations/0036.
    pub(super) const fn number(&self) -> i16 {
        match self {
            Self::Free => 0,
            Self::Ours(..) => 1,
            Self::Done => 2,
        }
    }

    /// Duration of the lease; zero if it has none.
    pub(super) const fn lease(&self) -> Duration {
        match self {
            Self::Free | Self::Done => Duration::ZERO,
            Self::Ours(room, _) => room.lease,
        }
    }
}

impl NewTask {
    /// Whether any process may claim it as soon as it is stored.
    pub(super) const fn is_free_now(&self) -> bool {
        matches!(self.state, NewTaskState::Free) && self.wake_at.is_none()
    }

    /// The task after its event was stored at `position`; `None` if it has no lease of this process.
    pub(super) fn handed(self, position: i64, leased_at: Instant) -> Option<Handed> {
        let Self { mut due, priority, due_at, state, .. } = self;
        let NewTaskState::Ours(room, ready) = state else { return None };
        due.cause.position = position;
        Some(Handed { due, due_at, priority, leased_at, room, ready })
    }
}

/// A task that is done.
pub(in super::super) struct Ended {
    pub(in super::super) dedupe: String,
    pub(in super::super) fence: i64,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Outcome {
    /// The version and the position of the last event of each command.
    Stored(Vec<(i64, i64)>),
    /// A key was used before.
    Known {
        version: i64,
        /// Whether for the same stream.
        same_stream: bool,
    },
    /// A stream is at another version than expected.
    Conflict { version: i64 },
    /// Another process has the task.
    Lost,
}

/// Commands that are stored together or not at all.
pub(in super::super) struct Group {
    pub(in super::super) commands: Vec<Command>,
    /// The task whose effects they are. It ends with them; if another process has it, nothing is stored.
    pub(in super::super) end: Option<Ended>,
}

/// A group and the channel for its result.
pub(super) struct Queued {
    pub(super) group: Group,
    pub(super) answer: oneshot::Sender<Result<Outcome, LogError>>,
}

impl Queued {
    fn size_bytes(&self) -> usize {
        self.group.commands.iter().map(Command::size_bytes).sum()
    }
}

/// Drops the groups whose callers are gone: these got no result and may have retried elsewhere.
pub(super) fn forget_abandoned(backlog: &mut VecDeque<Queued>) {
    backlog.retain(|queued| !queued.answer.is_closed());
}

/// Takes groups for one call: none that has a stream or a key in common with an earlier one.
pub(super) fn next_batch(backlog: &mut VecDeque<Queued>) -> Vec<Queued> {
    let (mut streams, mut keys) = (HashSet::new(), HashSet::new());
    let (mut batch, mut later) = (Vec::new(), VecDeque::new());
    let (mut count, mut bytes) = (0, 0);
    while let Some(queued) = backlog.pop_front() {
        let (commands, size) = (queued.group.commands.len(), queued.size_bytes());
        let full = count + commands > COMMAND_COUNT_MAX || bytes + size > BODY_BYTES_MAX;
        if full && !batch.is_empty() {
            later.push_back(queued);
            break;
        }
        // A stream that was postponed once stays postponed: its commands keep their order.
        let first = |command: &Command| {
            let is_other = !streams.contains(&command.stream);
            is_other && !keys.contains(&command.key)
        };
        let is_first = queued.group.commands.iter().all(first);
        for command in &queued.group.commands {
            streams.insert(command.stream.clone());
            keys.insert(command.key.clone());
        }
        if is_first {
            count += commands;
            bytes += size;
            batch.push(queued);
        } else {
            later.push_back(queued);
        }
    }
    later.append(backlog);
    *backlog = later;
    batch
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn command(stream: &str, key: &str, expected: i64) -> Command {
        Command {
            stream: StreamId::stored(stream),
            stream_type: "test",
            expected,
            key: key.to_owned(),
            events: vec![],
            tasks: vec![],
            new_key: None,
        }
    }

    pub(in super::super) fn queued(commands: Vec<Command>) -> Queued {
        let (answer, _) = oneshot::channel();
        Queued { group: Group { commands, end: None }, answer }
    }

    fn one(stream: &str, key: &str) -> Queued {
        queued(vec![command(stream, key, -1)])
    }

    fn keys(batch: &[Queued]) -> Vec<&str> {
        let commands = batch.iter().flat_map(|queued| &queued.group.commands);
        commands.map(|command| command.key.as_str()).collect()
    }

    #[test]
    fn a_group_leaves_the_queue_with_its_caller() {
        let (answer, waiting) = oneshot::channel();
        let awaited = Queued { answer, ..one("a", "1") };
        let mut backlog = VecDeque::from([one("a", "0"), awaited, one("b", "2")]);
        forget_abandoned(&mut backlog);
        assert_eq!(keys(&next_batch(&mut backlog)), ["1"]);
        drop(waiting);
    }

    #[test]
    fn groups_of_a_call_share_no_stream_and_no_key_and_keep_their_order() {
        let both =
            queued(vec![command("a", "4", -1), command("a", "5", -1), command("b", "6", -1)]);
        let mut backlog =
            VecDeque::from([one("b", "1"), one("a", "2"), both, one("c", "2"), one("b", "7")]);
        assert_eq!(keys(&next_batch(&mut backlog)), ["1", "2"]);
        assert_eq!(keys(&next_batch(&mut backlog)), ["4", "5", "6", "2"]);
        assert_eq!(keys(&next_batch(&mut backlog)), ["7"]);
        assert!(backlog.is_empty());
    }

    #[test]
    fn a_call_is_bounded() {
        let mut backlog = (0..300).map(|n| one(&format!("s{n}"), &format!("k{n}"))).collect();
        assert_eq!(next_batch(&mut backlog).len(), COMMAND_COUNT_MAX);
        assert_eq!(backlog.len(), 300 - COMMAND_COUNT_MAX);
    }
}
