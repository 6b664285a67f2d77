//! A person is erased, step by step. Each step may be taken again, so a crash only delays the next.
//!
//! ```text
//! requested ─► nothing is shared ─► who comes back is somebody new ─► keys destroyed ─► erased
//! erased ─► every reader of the log lets go ─► purged
//! ```

use std::time::Duration;

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::identity::{Identity, IdentityCommand};
use hip_domain::stream::StreamId;
use hip_domain::subject::{Destroyed, Subject, SubjectCommand, SubjectEvent};

use crate::accountability::erasure::{references, strays, whose};
use crate::linking::opt_out::{self, OptOut};
use crate::log::codec;
use crate::port::eraser::{EraserError, Whose};
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::tasks::{Due, TaskError};

/// How soon the readers of the log are looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How soon a store that is away is tried again.
const STORE_AWAY: Duration = Duration::from_secs(15);

/// Destroys the keys.
pub(super) async fn erase(
    provider: &Provider,
    due: &Due,
    subject: SubjectId,
) -> Result<(), TaskError> {
    let stream = StreamId::subject(subject);
    let state = provider.dispatcher.load::<Subject>(&stream).await?;
    let Subject::Requested { facility } = state else {
        return Ok(());
    };
    opt_out::require_whole_view(provider, &facility, &[subject], due.cause.position).await?;
    let whose = whose(provider, &facility, subject).await?;
    stop_sharing(provider, due, &whose).await?;
    release(provider, due, &whose).await?;
    strays::tie(provider, &whose).await?;
    let holdings = provider.eraser.holdings(&whose).await?;
    provider.eraser.clear(&whose).await?;
    let destroyed = Destroyed {
        keys: provider.eraser.destroy_keys(&whose).await?,
        visits: holdings.visits,
        care_contexts: holdings.care_contexts,
        consents: holdings.consents,
        discoveries: holdings.discoveries,
        user_links: holdings.user_links,
    };
    let command = SubjectCommand::Erase { destroyed, addresses: whose.addresses };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<Subject>(&stream, command, &due.key(), &origin).await?;
    Ok(())
}

/// Consents end, link tokens go, the ABHA leads to nobody.
async fn stop_sharing(provider: &Provider, due: &Due, whose: &Whose) -> Result<(), TaskError> {
    let origin = due.cause.origin(Actor::Process);
    for (n, address) in whose.addresses.iter().enumerate() {
        let (facility, position) = (&whose.facility, due.cause.position);
        let left = OptOut { facility, address, deleted: false, position };
        opt_out::purge(provider, &left, &origin, &format!("{}:{n}", due.key())).await?;
    }
    Ok(())
}

/// The facility's own ids of the person are free for a new data principal, with a new key.
async fn release(provider: &Provider, due: &Due, whose: &Whose) -> Result<(), TaskError> {
    let origin = due.cause.origin(Actor::Process);
    for reference in references(provider, whose.subject).await? {
        let stream = StreamId::identity(&whose.facility, &reference);
        let command = IdentityCommand::Release { subject: whose.subject };
        let key = format!("{}:{stream}", due.key());
        provider.dispatcher.execute::<Identity>(&stream, command, &key, &origin).await?;
    }
    Ok(())
}

/// Notes that nothing is left, once that is so.
pub(super) async fn finish(
    provider: &Provider,
    due: &Due,
    subject: SubjectId,
) -> Result<(), TaskError> {
    let stream = StreamId::subject(subject);
    let state = provider.dispatcher.load::<Subject>(&stream).await?;
    let (Subject::Erased { facility }, Some(erased_at)) =
        (state, erased_at(provider, &stream).await?)
    else {
        return Ok(());
    };
    // What came between the first clearing and the end of the keys.
    let purged = provider.eraser.clear(&whose(provider, &facility, subject).await?).await?;
    if !provider.eraser.is_let_go(subject, erased_at).await? {
        let reason = "a reader of the log has not let go of an erased person yet".to_owned();
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason });
    }
    let command = SubjectCommand::Purge { purged };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<Subject>(&stream, command, &due.key(), &origin).await?;
    Ok(())
}

async fn erased_at(provider: &Provider, stream: &StreamId) -> Result<Option<i64>, TaskError> {
    for stored in provider.log.stream(stream, 0).await? {
        if let Event::Subject(SubjectEvent::Erased { .. }) = codec::decode(&stored)?.event {
            return Ok(Some(stored.position));
        }
    }
    Ok(None)
}

/// An erasure is never given up, however long a store is away.
impl From<EraserError> for TaskError {
    fn from(error: EraserError) -> Self {
        Self::Later { after: Some(STORE_AWAY), reason: error.to_string() }
    }
}
