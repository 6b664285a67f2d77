//! Sends a call: records the attempt, sends the message, records the result.

mod fingerprint;
mod patience;
mod ready;
mod request_builder;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::care_context::CareContextEvent;
use hip_domain::consent::Consent;
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::outbound::{Call, Outbound, OutboundCommand};
use hip_domain::stream::StreamId;
use hip_domain::transfer::{StopReason, Transfer, TransferCommand};
use secrecy::SecretString;

use crate::log::step::Step;
use crate::operations::abdm_error::{self, Context, refused_words};
use crate::operations::replay::suppressed;
use crate::port::gateway::SendError;
use crate::port::hiu::{HostBusy, Place};
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::sharing::consent_check;
use crate::sharing::hiu_trust;
use crate::tasks::Due;
use crate::tasks::TaskError;

use super::encrypt_page::{is_late, recipient};
use patience::{Failure, Patience, is_refusal, patience};
use request_builder::{OutgoingRequest, RequestTarget};

pub(crate) use fingerprint::leaves;
pub use ready::ReadyCall;
pub(crate) use ready::SentCall;

/// Why a call was abandoned, where the peer gave no reason. The log keeps its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndReason {
    /// Too many attempts.
    GivenUp,
    /// A duplicate for the peer, although no earlier attempt is known.
    HadBefore,
}

impl EndReason {
    const fn text(self) -> &'static str {
        match self {
            Self::GivenUp => "the peer could not take it",
            Self::HadBefore => "the peer says that it had this before",
        }
    }

    /// Reads a text of the log. `None` if it is a reason of the peer.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::GivenUp, Self::HadBefore].into_iter().find(|reason| reason.text() == text)
    }
}

pub(super) async fn perform(
    ports: &Ports,
    due: &Due,
    request_id: RequestId,
    call: &Call,
) -> Result<(), TaskError> {
    let Some(ready) = prepare(ports, due, request_id, call).await? else { return Ok(()) };
    match send(ports, due, request_id, call, ready).await? {
        Some(sent) => settle(ports, due, request_id, call, &sent).await,
        None => Ok(()),
    }
}

/// Composes a call and records its attempt. `None` if nothing is to be sent.
pub(crate) async fn prepare(
    ports: &Ports,
    due: &Due,
    request_id: RequestId,
    call: &Call,
) -> Result<Option<ReadyCall>, TaskError> {
    let stream = StreamId::outbound(request_id);
    // The id of a call that follows from a drafted event is new.
    let is_new = due.is_drafted && ports.log.presume_new(&stream);
    let before =
        if is_new { Outbound::Absent } else { ports.dispatcher.load::<Outbound>(&stream).await? };
    if before.is_closed() {
        return Ok(None);
    }
    pages_have_landed(ports, due, call).await?;
    link_has_settled(ports, call).await?;
    let composed = request_builder::build_request(ports, request_id, call).await?;
    let place = place(ports, &composed)?;
    let attempt = Attempt { ports, due, stream };
    if before == Outbound::Absent
        && let Some(replay) = suppressed(ports, due).await?
    {
        let (call, facility) = (call.clone(), composed.facility);
        attempt.tell(OutboundCommand::Suppress { call, facility, replay }, "suppress").await?;
        return Ok(None);
    }
    let number = attempts(&before) + 1;
    let sent = Some(fingerprint::of(ports, due.cause.correlation, &composed).await?);
    let OutgoingRequest { facility, message } = composed;
    // Fetch the session before the consent is checked, because the gateway may be slow.
    let session = session(ports, &message).await;
    let command = OutboundCommand::Attempt { call: call.clone(), facility, sent };
    attempt.tell(command, &format!("attempt:{number}")).await?;
    let lost = matches!(before, Outbound::Attempted { .. });
    let composed_at = ports.clock.now();
    Ok(Some(ReadyCall { message, session, place, number, lost, composed_at }))
}

/// Composes a call again that waited for long after its attempt was recorded: the patient may have been erased
/// meanwhile. It was not sent yet, so the attempt is the same unless the message says something else now.
/// `None` if nothing is to be sent.
pub(crate) async fn renew(
    ports: &Ports,
    due: &Due,
    request_id: RequestId,
    call: &Call,
    waited: ReadyCall,
) -> Result<Option<ReadyCall>, TaskError> {
    let state = ports.dispatcher.load::<Outbound>(&StreamId::outbound(request_id)).await?;
    let is_current =
        matches!(state, Outbound::Attempted { .. }) && attempts(&state) == waited.number;
    if is_current {
        let message = request_builder::build_request(ports, request_id, call).await?.message;
        if ready::says_the_same(&message, &waited.message) {
            let composed_at = ports.clock.now();
            return Ok(Some(ReadyCall { message, composed_at, ..waited }));
        }
    }
    prepare(ports, due, request_id, call).await
}

/// Sends a call whose attempt is durable. `None` if it must not be sent any more.
pub(crate) async fn send(
    ports: &Ports,
    due: &Due,
    request_id: RequestId,
    call: &Call,
    ready: ReadyCall,
) -> Result<Option<SentCall>, TaskError> {
    let ReadyCall { message, session, place, number, lost, .. } = ready;
    // Check the consent after the attempt is in the log, so that an end of the consent sees the attempt.
    if let Some(stop) = forbidden(ports, due, call).await? {
        let reason = stop.as_words().to_owned();
        let command =
            OutboundCommand::Abandon { status: None, code: None, reason, awaits_trust: false };
        let attempt = Attempt { ports, due, stream: StreamId::outbound(request_id) };
        attempt.tell(command, "abandon").await?;
        return Ok(None);
    }
    let outcome = match (message, session) {
        (RequestTarget::Gateway(message), _) => ports.gateway.send(message).await,
        (RequestTarget::Hiu { push_url, body, .. }, Ok(session)) => {
            ports.hiu.push(&push_url, body, session.as_ref()).await
        }
        (RequestTarget::Hiu { .. }, Err(error)) => Err(error),
    };
    drop(place);
    let deadline = deadline(ports, call).await?;
    Ok(Some(SentCall { outcome, number, lost, deadline }))
}

/// Records the result of a call that was sent.
pub(crate) async fn settle(
    ports: &Ports,
    due: &Due,
    request_id: RequestId,
    call: &Call,
    sent: &SentCall,
) -> Result<(), TaskError> {
    let attempt = Attempt { ports, due, stream: StreamId::outbound(request_id) };
    attempt.settle(call, sent).await
}

/// A slot for a push to the HIU's host. Other calls need none.
fn place(ports: &Ports, composed: &OutgoingRequest) -> Result<Option<Place>, TaskError> {
    match &composed.message {
        RequestTarget::Gateway(_) => Ok(None),
        RequestTarget::Hiu { push_url, .. } => match ports.hiu.reserve(push_url) {
            Ok(place) => Ok(Some(place)),
            Err(HostBusy { host }) => Err(TaskError::HostBusy { host }),
        },
    }
}

/// The session token for a page, if the HIU receives it.
async fn session(
    ports: &Ports,
    message: &RequestTarget,
) -> Result<Option<SecretString>, SendError> {
    match message {
        RequestTarget::Gateway(_) | RequestTarget::Hiu { bearer: false, .. } => Ok(None),
        RequestTarget::Hiu { bearer: true, .. } => ports.hiu.session().await,
    }
}

/// When a push must be finished: the network gives a transfer 20 minutes.
async fn deadline(ports: &Ports, call: &Call) -> Result<Option<DateTime<Utc>>, TaskError> {
    let Call::PushPage { transaction, .. } = call else { return Ok(None) };
    let transfer = ports.dispatcher.load::<Transfer>(&StreamId::transfer(transaction)).await?;
    let asked_at = transfer.facts().and_then(|facts| facts.asked_at);
    Ok(asked_at.map(|at| at + ports.settings.transfer_time))
}

/// Delays the acknowledgement of an ended consent until no page under it is in transit. Otherwise a page could be
/// sent after the patient was told that sharing stopped.
///
/// The attempt of a page is recorded before its consent is checked, and the end of a consent is recorded before
/// attempts are searched here. So at least one of the two sees the other.
async fn pages_have_landed(ports: &Ports, due: &Due, call: &Call) -> Result<(), TaskError> {
    const LOOK_AGAIN: Duration = Duration::from_millis(100);
    let Call::ConsentOnNotify { consent, error: None, in_reply_to } = call else {
        return Ok(());
    };
    let state = ports.dispatcher.load::<Consent>(&StreamId::consent(consent)).await?;
    if !matches!(state, Consent::Ended { .. }) {
        return Ok(());
    }
    if !ports.transfers.on_its_way(consent, due.cause.position).await? {
        return Ok(());
    }
    let asked = ports.log.clear_stream(&StreamId::inbound(*in_reply_to), 0).await?;
    let asked_at = asked.first().map(|event| event.recorded_at);
    if asked_at.is_some_and(|at| ports.clock.now() < at + ACKNOWLEDGEMENT_WAIT_MAX) {
        let reason = "a page under this consent is still on its way".to_owned();
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason });
    }
    Ok(())
}

/// Delays a notification: the gateway refuses it for about 25 s after it linked the care context.
async fn link_has_settled(ports: &Ports, call: &Call) -> Result<(), TaskError> {
    let Call::ContextNotify { care_context, .. } = call else { return Ok(()) };
    let linked = ports.newest(care_context, |event| {
        matches!(event, Event::CareContext(CareContextEvent::Linked { .. })).then_some(())
    });
    let Some(linked) = linked.await? else { return Ok(()) };
    let settled_at = linked.recorded_at + ports.settings.news_after_link;
    match (settled_at - ports.clock.now()).to_std() {
        Ok(wait) if !wait.is_zero() => {
            let reason = "the gateway may not know the link yet".to_owned();
            Err(TaskError::Later { after: Some(wait), reason })
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// How long an acknowledgement waits for pages in transit. A page in transit for longer was sent long ago to a slow
/// HIU, and the network waits only one minute for the acknowledgement.
const ACKNOWLEDGEMENT_WAIT_MAX: TimeDelta = TimeDelta::seconds(5);

const fn attempts(state: &Outbound) -> u32 {
    match state {
        Outbound::Planned { attempts, .. } | Outbound::Attempted { attempts, .. } => *attempts,
        Outbound::Absent | Outbound::Accepted { .. } | Outbound::Abandoned { .. } => 0,
    }
}

/// Checks the consent right before each page is sent, from the log. If the page must not be sent, the transfer is
/// stopped.
async fn forbidden(ports: &Ports, due: &Due, call: &Call) -> Result<Option<StopReason>, TaskError> {
    let Call::PushPage { transaction, page } = call else {
        return Ok(None);
    };
    let stream = StreamId::transfer(transaction);
    let state = ports.dispatcher.load::<Transfer>(&stream).await?;
    let Transfer::Sending { facts, progress, .. } = state else {
        return Ok(Some(StopReason::Document));
    };
    if !progress.is_encrypted(*page) {
        return Ok(Some(StopReason::Document));
    }
    let consent_stream = StreamId::consent(&facts.consent_id);
    let consent = ports.dispatcher.load::<Consent>(&consent_stream).await?;
    let now = ports.clock.now();
    let stop = match consent_check::in_force(ports, &consent, &facts.facility, now).await? {
        Err(why) => StopReason::Consent(why),
        Ok(_) if is_late(ports, &facts, now) => StopReason::Late,
        Ok(_) => match progress.stop() {
            Some(stop) => stop.clone(),
            None => return Ok(None),
        },
    };
    let command = TransferCommand::Stop { page: *page, stop: stop.clone() };
    let key = format!("consent:{transaction}:{page}");
    let origin = due.cause.origin(Actor::Delivery);
    Step::new(key, origin).execute::<Transfer>(&ports.dispatcher, &stream, command).await?;
    Ok(Some(stop))
}

/// The stream of a call, for one attempt.
struct Attempt<'a> {
    ports: &'a Ports,
    due: &'a Due,
    stream: StreamId,
}

impl Attempt<'_> {
    async fn tell(&self, command: OutboundCommand, part: &str) -> Result<(), TaskError> {
        let step = self.due.step(Actor::Delivery).part(part);
        step.execute::<Outbound>(&self.ports.dispatcher, &self.stream, command).await?;
        Ok(())
    }

    /// Records the result.
    async fn settle(&self, call: &Call, sent: &SentCall) -> Result<(), TaskError> {
        let (status, code, reason) = match &sent.outcome {
            Ok(status) => {
                return self.tell(OutboundCommand::Accept { status: *status }, "accept").await;
            }
            // An earlier attempt had arrived.
            Err(SendError::Duplicate { status, .. }) if sent.lost => {
                return self.tell(OutboundCommand::Accept { status: *status }, "accept").await;
            }
            Err(SendError::Unavailable { status, code, retry_after }) => {
                let entry = abdm_error::of_refusal(*status, code.as_ref(), Context::of_call(call));
                let failure = Failure {
                    number: sent.number,
                    status: *status,
                    retry: entry.retry,
                    retry_after: *retry_after,
                    now: self.ports.clock.now(),
                    deadline: sent.deadline,
                };
                match patience(call, &failure) {
                    Patience::TryAgain { after } => {
                        let (code, now) = (code.clone(), failure.now);
                        return self.fail(sent.number, *status, code, now, after).await;
                    }
                    Patience::GiveUp if is_refusal(*status) => {
                        let reason = refused_words(*status, code.as_ref(), entry.what);
                        (*status, code.clone(), reason)
                    }
                    Patience::GiveUp => {
                        (*status, code.clone(), EndReason::GivenUp.text().to_owned())
                    }
                }
            }
            Err(SendError::Duplicate { status, code }) => {
                // Another process may have sent the call: one that lost its lease, or the one that has it now.
                if attempts(&self.state().await?) > sent.number {
                    return self.tell(OutboundCommand::Accept { status: *status }, "accept").await;
                }
                (Some(*status), Some(code.clone()), EndReason::HadBefore.text().to_owned())
            }
            Err(SendError::Refused { status, code, reason }) => {
                (*status, code.clone(), reason.clone())
            }
        };
        let trust = if status == Some(401) { self.trust(call).await? } else { None };
        let awaits_trust = trust.is_some();
        let reason = trust.unwrap_or(reason);
        let command =
            OutboundCommand::Abandon { status, code, reason: reason.clone(), awaits_trust };
        self.tell(command, &format!("abandon:{}", sent.number)).await?;
        // Another process may have completed the call; then it is not a failure.
        if matches!(self.state().await?, Outbound::Accepted { .. }) {
            return Ok(());
        }
        Err(TaskError::never(reason))
    }

    /// The current state of the call in the log.
    async fn state(&self) -> Result<Outbound, TaskError> {
        Ok(self.ports.dispatcher.load::<Outbound>(&self.stream).await?)
    }

    /// The hint for operators if the HIU may require the session token.
    async fn trust(&self, call: &Call) -> Result<Option<String>, TaskError> {
        let Call::PushPage { transaction, .. } = call else { return Ok(None) };
        let stream = StreamId::transfer(transaction);
        let push_url = recipient(self.ports, &stream).await?.push_url;
        hiu_trust::cure(self.ports, transaction, push_url.reveal()).await
    }

    async fn fail(
        &self,
        number: u32,
        status: Option<u16>,
        code: Option<ErrorCode>,
        now: DateTime<Utc>,
        after: Duration,
    ) -> Result<(), TaskError> {
        let command = OutboundCommand::Fail { status, code, next_at: now + after };
        self.tell(command, &format!("fail:{number}")).await?;
        let reason = format!("the peer could not take it (status {status:?})");
        Err(TaskError::Later { after: Some(after), reason })
    }
}
