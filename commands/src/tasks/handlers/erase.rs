//! Erases a patient step by step. Each step is idempotent, so a crash only delays the next one.
//!
//! ```text
//! requested ─► sharing stopped ─► identifiers released ─► keys destroyed ─► erased
//! erased ─► deleted from every store ─► purged
//! ```

use std::time::Duration;

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::identity::{Identity, IdentityCommand};
use hip_domain::stream::StreamId;
use hip_domain::subject::{Destroyed, Subject, SubjectCommand, SubjectEvent};

use crate::accountability::erasure::{references, unattributed_messages, whose};
use crate::linking::opt_out::{self, OptOut};
use crate::log::codec;
use crate::port::eraser::{EraserError, SubjectKeys};
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::{Due, TaskError};

/// Interval for checking whether all subscribers have deleted the data.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Delay before a retry when a store is unavailable.
const STORE_AWAY: Duration = Duration::from_secs(15);

/// Destroys the keys.
pub(super) async fn erase(ports: &Ports, due: &Due, subject: SubjectId) -> Result<(), TaskError> {
    let stream = StreamId::subject(subject);
    let state = ports.dispatcher.load::<Subject>(&stream).await?;
    let Subject::Requested { facility } = state else {
        return Ok(());
    };
    opt_out::require_whole_view(ports, &facility, &[subject], due.cause.position).await?;
    let whose = whose(ports, &facility, subject).await?;
    stop_sharing(ports, due, &whose).await?;
    release(ports, due, &whose).await?;
    unattributed_messages::attach_keys(ports, &whose).await?;
    let counts = ports.eraser.count_records(&whose).await?;
    ports.eraser.clear(&whose).await?;
    let destroyed = Destroyed {
        keys: ports.eraser.destroy_keys(&whose).await?,
        visits: counts.visits,
        care_contexts: counts.care_contexts,
        consents: counts.consents,
        discoveries: counts.discoveries,
        user_links: counts.user_links,
    };
    let command = SubjectCommand::Erase { destroyed, addresses: whose.addresses };
    due.step(Actor::Process).execute::<Subject>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}

/// Ends consents, removes link tokens and detaches the ABHA.
async fn stop_sharing(ports: &Ports, due: &Due, whose: &SubjectKeys) -> Result<(), TaskError> {
    let origin = due.cause.origin(Actor::Process);
    for (n, address) in whose.addresses.iter().enumerate() {
        let (facility, position) = (&whose.facility, due.cause.position);
        let left = OptOut { facility, address, deleted: false, position };
        opt_out::purge(ports, &left, &origin, &format!("{}:{n}", due.key())).await?;
    }
    Ok(())
}

/// Releases the facility's own ids of the patient. A later visit with such an id gets a new subject and a new key.
async fn release(ports: &Ports, due: &Due, whose: &SubjectKeys) -> Result<(), TaskError> {
    for reference in references(ports, whose.subject).await? {
        let stream = StreamId::identity(&whose.facility, &reference);
        let command = IdentityCommand::Release { subject: whose.subject };
        let step = due.step(Actor::Process).part(&stream);
        step.execute::<Identity>(&ports.dispatcher, &stream, command).await?;
    }
    Ok(())
}

/// Records the end of the erasure when all stores have deleted the data.
pub(super) async fn finish(ports: &Ports, due: &Due, subject: SubjectId) -> Result<(), TaskError> {
    let stream = StreamId::subject(subject);
    let state = ports.dispatcher.load::<Subject>(&stream).await?;
    let (Subject::Erased { facility }, Some(erased_at)) = (state, erased_at(ports, &stream).await?)
    else {
        return Ok(());
    };
    // Delete what was added between the first deletion and the destruction of the keys.
    let purged = ports.eraser.clear(&whose(ports, &facility, subject).await?).await?;
    if !ports.eraser.is_purged(subject, erased_at).await? {
        let reason = "a subscriber has not deleted the data of an erased patient yet".to_owned();
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason });
    }
    let command = SubjectCommand::Purge { purged };
    due.step(Actor::Process).execute::<Subject>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}

async fn erased_at(ports: &Ports, stream: &StreamId) -> Result<Option<i64>, TaskError> {
    for stored in ports.log.stream(stream, 0).await? {
        if let Event::Subject(SubjectEvent::Erased { .. }) = codec::decode(&stored)?.event {
            return Ok(Some(stored.position));
        }
    }
    Ok(None)
}

/// An erasure is never given up, however long a store is unavailable.
impl From<EraserError> for TaskError {
    fn from(error: EraserError) -> Self {
        Self::Later { after: Some(STORE_AWAY), reason: error.to_string() }
    }
}
