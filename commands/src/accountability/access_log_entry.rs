//! What is noticed at the door is remembered, without a decision.

use hip_domain::access::AccessEvent;
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::log::codec;
use crate::port::Log;
use crate::port::log::{Actor, Append, Expected, LogError, Origin};
use crate::ports::Ports;

/// Something that was noticed.
pub(crate) struct AccessLogEntry<'a> {
    pub(crate) event: &'a AccessEvent,
    /// Where it is remembered.
    pub(crate) stream: StreamId,
    /// What was stored under a key is not stored again.
    pub(crate) key: &'a str,
    pub(crate) correlation: Uuid,
    /// Of whom it says something, if that is known.
    pub(crate) subject: Option<SubjectId>,
    pub(crate) actor: Actor,
}

/// Stores what was noticed.
pub(crate) async fn remember(log: &dyn Log, noticed: AccessLogEntry<'_>) -> Result<(), LogError> {
    let AccessLogEntry { event, stream, key, correlation, subject, actor } = noticed;
    let append = Append {
        stream,
        stream_type: "access",
        expected: Expected::Any,
        key: key.to_owned(),
        origin: Origin { correlation, causation: None, actor, subject, new_subject: false },
        events: vec![codec::encode(event)],
    };
    log.append(append).await?;
    Ok(())
}

/// Stores what was noticed at the door, in the stream of the day.
pub(crate) async fn remember_today(
    ports: &Ports,
    event: &AccessEvent,
    key: &str,
    correlation: Uuid,
    subject: Option<SubjectId>,
) -> Result<(), LogError> {
    let stream = StreamId::access(ports.clock.now().date_naive());
    let actor = Actor::Door;
    let noticed = AccessLogEntry { event, stream, key, correlation, subject, actor };
    remember(ports.log.as_ref(), noticed).await
}
