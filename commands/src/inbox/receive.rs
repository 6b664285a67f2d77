//! Stores a message of the gateway. Nothing else happens while the gateway waits for the response.

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

/// A message from an authenticated sender.
pub struct VerifiedCallback {
    /// The kind of callback, known from the path.
    pub kind: CallbackKind,
    /// The API version of the message.
    pub api: ApiVersion,
    /// The facility that the message is for.
    pub facility: FacilityId,
    /// `X-HIP-ID`, if it is a former service id of the facility.
    pub named: Option<FacilityId>,
    /// `REQUEST-ID`, or `requestId` in the older API version.
    pub request_id: RequestId,
    /// `TIMESTAMP` or `timestamp`, if it could be parsed.
    pub sent_at: Option<DateTime<Utc>>,
    /// How the sender was authenticated.
    pub bearer: BearerCheck,
    /// The message as received.
    pub raw: RawCallback,
}

/// Why a message was not stored.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// The request id was already used for a different body. The first message is kept.
    #[error("this REQUEST-ID was used before for another message")]
    RequestIdReused,
    /// The log could not be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The earlier message with this id could not be decoded.
    #[error("the earlier message with this id cannot be read")]
    Undecodable(#[from] hip_domain::event::DecodeError),
}

/// Stores a message durably. Receiving the same message again changes nothing.
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
            // The patient is not known yet, so the message gets its own subject and data key.
            subject: Some(SubjectId(ports.ids.random())),
            new_subject: true,
        },
        events: vec![codec::encode(&received)],
    };
    match ports.log.append(append).await {
        Ok(Appended::Stored { .. }) => Ok(()),
        // Append keys expire after more than a year; the stream still has the message.
        Ok(Appended::Duplicate { .. }) | Err(LogError::Conflict { .. }) => {
            same_as_before(ports, &stream, request_id, digest).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Records that a callback was refused because its facility could not be determined.
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

/// A repeated message is accepted. A different message with the same id is recorded and refused.
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
