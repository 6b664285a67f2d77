//! Who is to be erased loses their keys; then it is seen to that nothing else is left.

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::recorded::Recorded;
use hip_domain::subject::SubjectEvent;

use crate::tasks::{Planned, Task};

pub(super) fn of_subject(recorded: &Recorded<Event>, event: &SubjectEvent) -> Vec<Planned> {
    let Some(subject) = subject(recorded) else { return vec![] };
    match event {
        SubjectEvent::ErasureRequested { .. } => vec![Task::Erase { subject }.into()],
        SubjectEvent::Erased { .. } => vec![Task::FinishErasure { subject }.into()],
        SubjectEvent::ErasureRefused { .. }
        | SubjectEvent::KeysDestroyedAgain { .. }
        | SubjectEvent::Purged { .. } => vec![],
    }
}

/// The data principal that a stream is named after.
fn subject(recorded: &Recorded<Event>) -> Option<SubjectId> {
    SubjectId::parse(recorded.stream.as_str().strip_prefix("subject-")?).ok()
}
