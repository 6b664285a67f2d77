//! Appends access log entries. No aggregate decides on them.

use hip_domain::access::AccessEvent;
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::log::codec;
use crate::port::Log;
use crate::port::log::{Actor, Append, Expected, LogError, Origin};
use crate::ports::Ports;

/// An entry to append.
pub(crate) struct AccessLogEntry<'a> {
    pub(crate) event: &'a AccessEvent,
    /// The stream to append to.
    pub(crate) stream: StreamId,
    /// The idempotency key: a second append with the same key stores nothing.
    pub(crate) key: &'a str,
    pub(crate) correlation: Uuid,
    /// The patient, if known.
    pub(crate) subject: Option<SubjectId>,
    pub(crate) actor: Actor,
}

/// Appends the entry to the log.
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

/// Appends an entry to the access log stream of the current day (UTC).
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
