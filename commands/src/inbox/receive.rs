//! The gateway's door: a message is stored, and that is all that happens while the gateway waits.

use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::event::Event;
use hip_domain::id::{Digest, FacilityId, RequestId, SubjectId};
use hip_domain::inbound::{
    ApiVersion, BearerCheck, CallbackKind, InboundEvent, RawCallback, ReceivedCallback,
};
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::accountability::access_log_entry::remember_today;
use crate::log::codec;
use crate::port::log::{Actor, Append, Appended, Expected, LogError, Origin};
use crate::ports::Ports;

/// A message whose sender has been verified.
pub struct VerifiedCallback {
    /// What it is about.
    pub kind: CallbackKind,
    /// The dialect it speaks.
    pub api: ApiVersion,
    /// Whom it is for.
    pub facility: FacilityId,
    /// `X-HIP-ID`, when it names the facility by a former service id.
    pub named: Option<FacilityId>,
    /// `REQUEST-ID`, or `requestId` in the older dialect.
    pub request_id: RequestId,
    /// `TIMESTAMP` or `timestamp`, when it could be read.
    pub sent_at: Option<DateTime<Utc>>,
    /// How the sender proved itself.
    pub bearer: BearerCheck,
    /// The message, verbatim.
    pub raw: RawCallback,
}

/// Why a message was not stored.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// The request id was used before, for another body. The first stands.
    #[error("this REQUEST-ID was used before for another message")]
    RequestIdReused,
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The earlier message under this id cannot be read.
    #[error("the earlier message of this id cannot be read")]
    Undecodable(#[from] hip_domain::event::DecodeError),
}

/// Stores a message, durably. The same message again changes nothing.
pub async fn receive(ports: &Ports, message: VerifiedCallback) -> Result<(), ReceiveError> {
    let VerifiedCallback { kind, api, facility, named, request_id, sent_at, bearer, raw } = message;
    let digest = Digest::of(raw.body.as_bytes());
    let stream = StreamId::inbound(request_id);
    let received = InboundEvent::Received(ReceivedCallback {
        kind,
        api,
        facility,
        named,
        request_id,
        sent_at,
        digest: digest.clone(),
        bearer,
        raw: Sealed::Open(raw),
    });
    let append = Append {
        stream: stream.clone(),
        stream_type: "in",
        expected: Expected::Version(0),
        key: format!("in:gateway:{request_id}"),
        origin: Origin {
            correlation: request_id.0,
            causation: None,
            actor: Actor::Door,
            // Whose message it is nobody knows yet: it gets a subject, and a key, of its own.
            subject: Some(SubjectId(ports.ids.random())),
            new_subject: true,
        },
        events: vec![codec::encode(&received)],
    };
    match ports.log.append(append).await {
        Ok(Appended::Stored { .. }) => Ok(()),
        // Keys are forgotten after more than a year; the message is still there.
        Ok(Appended::Duplicate { .. }) | Err(LogError::Conflict { .. }) => {
            same_as_before(ports, &stream, request_id, digest).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Records that a callback was refused, because it is for no facility that can be found.
///
/// # Errors
///
/// The log cannot be written.
pub async fn record_unrouted(
    ports: &Ports,
    request_id: RequestId,
    kind: CallbackKind,
    facility: Option<FacilityId>,
) -> Result<(), LogError> {
    let key = format!("access:unrouted:{request_id}");
    let event = AccessEvent::CallbackUnrouted { request_id, kind, facility };
    remember_today(ports, &event, &key, request_id.0, None).await
}

/// A repetition is welcome; another message under the same id is remembered and refused.
async fn same_as_before(
    ports: &Ports,
    stream: &StreamId,
    request_id: RequestId,
    digest: Digest,
) -> Result<(), ReceiveError> {
    let earlier = ports.log.stream(stream, 0).await?;
    if let Some(first) = earlier.first()
        && let Event::Inbound(InboundEvent::Received(received)) = codec::decode(first)?.event
        && received.digest == digest
    {
        return Ok(());
    }
    let key = format!("access:{request_id}:{digest}");
    let event = AccessEvent::RequestIdReused { request_id, digest };
    remember_today(ports, &event, &key, request_id.0, None).await?;
    Err(ReceiveError::RequestIdReused)
}
