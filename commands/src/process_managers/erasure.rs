//! Destroys the keys of a patient, then deletes the data from all stores.

use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::subject::SubjectEvent;

use crate::tasks::{Planned, Task};

pub(super) fn of_subject(recorded: &Recorded<Event>, event: &SubjectEvent) -> Vec<Planned> {
    let Some(subject) = recorded.stream.person() else { return vec![] };
    match event {
        SubjectEvent::ErasureRequested { .. } => vec![Task::Erase { subject }.into()],
        SubjectEvent::Erased { .. } => vec![Task::FinishErasure { subject }.into()],
        SubjectEvent::ErasureRefused { .. }
        | SubjectEvent::KeysDestroyedAgain { .. }
        | SubjectEvent::Purged { .. } => vec![],
    }
}
