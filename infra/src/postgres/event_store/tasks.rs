//! The tasks that follow from the events of an append. They are stored in its transaction.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::log::{Append, Expected};
use hip_commands::process_managers::{is_urgent, react};
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::id::{EventId, SubjectId};
use hip_domain::inbound::InboundEvent;
use hip_domain::recorded::Recorded;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;
use uuid::Uuid;

use super::handover::Handover;
use super::writer::batch::{Encoded, NewTask, NewTaskState};

/// How long, and for how many conversations, it is remembered when each began.
const REMEMBERED_FOR: Duration = Duration::from_secs(600);
const REMEMBERED_COUNT_MAX: u64 = 50_000;

/// In a task that is not stored yet; the database writes the position of the event.
const NO_POSITION: i64 = i64::MIN;

/// Derives the tasks of each append of this process.
#[derive(Clone)]
pub(super) struct TaskPlanner {
    /// When each conversation began.
    began: Cache<Uuid, DateTime<Utc>>,
    handover: Arc<Handover>,
}

impl TaskPlanner {
    pub(super) fn new(handover: Arc<Handover>) -> Self {
        let began = Cache::builder()
            .max_capacity(REMEMBERED_COUNT_MAX)
            .time_to_live(REMEMBERED_FOR)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { began, handover }
    }

    /// The tasks of an append. An event that cannot be decoded has none: readers report it.
    pub(super) fn plan(&self, append: &Append, events: &[Encoded]) -> Vec<NewTask> {
        let version = match append.expected {
            Expected::Version(version) => version,
            Expected::Any => 0,
        };
        let mut tasks = vec![];
        let numbered = append.events.iter().zip(events).enumerate();
        for (place, (new, encoded)) in numbered {
            let Ok(event) = Event::decode(new.name, new.schema_version, &new.clear) else {
                continue;
            };
            let recorded = Recorded {
                position: NO_POSITION,
                stream: append.stream.clone(),
                version: version + 1 + i64::try_from(place).unwrap_or_default(),
                event_id: EventId(encoded.event_id),
                recorded_at: encoded.recorded_at,
                correlation: encoded.correlation_id,
                causation: encoded.causation_id,
                subject: encoded.subject_id.map(SubjectId),
                event,
            };
            let dues = react(&recorded);
            tasks.extend(dues.into_iter().map(|due| self.task(place, &recorded, due)));
        }
        tasks
    }

    fn task(&self, event: usize, recorded: &Recorded<Event>, due: Due) -> NewTask {
        let now = recorded.recorded_at;
        // A conversation that began earlier goes first.
        let began = self.began.get_with(recorded.correlation, || now).min(now);
        let later = due.at.and_then(|at| (at - now).to_std().ok()).filter(|later| !later.is_zero());
        let room = if later.is_some() { None } else { self.handover.room(begins(&recorded.event)) };
        NewTask {
            event,
            request: split(&due),
            priority: i16::from(!is_urgent(recorded, &due.task)), // the smallest goes first
            due_at: due.at.unwrap_or(began),
            wake_at: later.and_then(|later| Instant::now().checked_add(later)),
            state: room.map_or(NewTaskState::Free, |room| NewTaskState::Ours(room, None)),
            due,
        }
    }
}

/// Whether an event comes from outside and begins something.
fn begins(event: &Event) -> bool {
    matches!(event, Event::Inbound(InboundEvent::Received(_)) | Event::Visit(_))
}

/// The stored form of a task, around the position of its cause.
fn split(due: &Due) -> (Vec<u8>, Vec<u8>) {
    let mark = format!("\"position\":{NO_POSITION}");
    let text = serde_json::to_string(due).expect("our own tasks serialise");
    let (before, after) = text.split_once(&mark).expect("a cause has a position");
    (format!("{before}\"position\":").into_bytes(), after.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use hip_commands::port::log::{Actor, NewEvent, Origin};
    use hip_commands::tasks::{Cause, Task};
    use hip_domain::stream::StreamId;

    use super::*;

    #[test]
    fn the_position_is_written_between_the_two_parts() {
        let inbound = StreamId::stored("in-\"position\":-9223372036854775808");
        let mut due = Due {
            task: Task::Interpret { inbound },
            cause: Cause {
                position: NO_POSITION,
                event_id: EventId(Uuid::from_u128(7)),
                correlation: Uuid::from_u128(8),
                subject: None,
            },
            ordinal: 2,
            at: None,
            is_drafted: false,
        };
        let (mut request, after) = split(&due);
        request.extend_from_slice(b"4711");
        request.extend(after);
        due.cause.position = 4711;
        assert_eq!(serde_json::from_slice::<Due>(&request).unwrap(), due);
        assert_eq!(due.key(), "pm:4711:2");
    }

    /// Each event that was ever stored.
    #[test]
    fn the_tasks_of_an_append_are_those_of_its_events() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/events");
        let planner = TaskPlanner::new(Arc::default());
        let mut task_count = 0;
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let clear = std::fs::read(&file).unwrap();
            let event = Event::decode(&name, 1, &clear).unwrap();
            let encoded = Encoded {
                event_type: "",
                ..crate::postgres::event_store::pending::tests::event(1)
            };
            let stream = StreamId::inbound(hip_domain::id::RequestId(Uuid::from_u128(9)));
            let recorded = Recorded {
                position: 4711,
                stream: stream.clone(),
                version: 1,
                event_id: EventId(encoded.event_id),
                recorded_at: encoded.recorded_at,
                correlation: encoded.correlation_id,
                causation: None,
                subject: None,
                event,
            };
            let new = NewEvent { name: name.leak(), schema_version: 1, clear, secret: None };
            let append = Append {
                stream,
                stream_type: "test",
                expected: Expected::Version(0),
                key: String::new(),
                origin: Origin {
                    correlation: encoded.correlation_id,
                    causation: None,
                    actor: Actor::Process,
                    subject: None,
                    new_subject: false,
                },
                events: vec![new],
            };
            let stored = planner.plan(&append, &[encoded]).into_iter().map(|task| {
                let (mut request, after) = task.request;
                request.extend_from_slice(b"4711");
                request.extend(after);
                serde_json::from_slice::<Due>(&request).unwrap()
            });
            let stored: Vec<Due> = stored.collect();
            assert_eq!(stored, react(&recorded), "{}", recorded.event.name());
            task_count += stored.len();
        }
        assert!(task_count > 20, "only {task_count} tasks");
    }
}
