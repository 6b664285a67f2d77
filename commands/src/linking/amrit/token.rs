//! Requests a link token for a patient before a visit needs one.

use chrono::{DateTime, Utc};
use hip_domain::access::View;
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use hip_domain::link_token::{
    AskedPerson, Hold, LinkToken, LinkTokenCommand, LinkTokenEvent, Phase,
};
use hip_domain::stream::StreamId;
use secrecy::SecretString;

use super::{AmritError, Refused};
use crate::accountability::access_log::AccessRecorder;
use crate::accountability::erasure::unless_erased;
use crate::operations::abdm_error::{self, Context};
use crate::patients::patient_data::link_token;
use crate::port::log::{Actor, Origin};
use crate::ports::Ports;
use crate::tasks::TaskError;
use crate::visits::registration::Pseudonymizer;

/// State of a link token.
#[derive(Debug)]
pub enum TokenAnswer {
    /// There is a usable token.
    Issued(SecretString),
    /// The gateway was asked with this request id and has not replied yet.
    Requested(RequestId),
    /// The gateway refused the request.
    Refused(Refused),
    /// The gateway must not be asked before this time.
    Held(DateTime<Utc>, Hold),
    /// There was no such request.
    Unknown,
}

/// Requests a token, unless there is one or a request is pending. If a usable token is returned, the access is
/// recorded first.
///
/// # Errors
///
/// The log or the keys cannot be used.
pub async fn ask(
    ports: &Ports,
    viewer: &AccessRecorder<'_>,
    facility: &FacilityId,
    person: AskedPerson,
) -> Result<TokenAnswer, AmritError> {
    let names = Pseudonymizer { ports, facility };
    let stream = names.link_token(person.abha_address.reveal()).await?;
    let answered = ask_of(ports, facility, &stream, person).await?;
    if let TokenAnswer::Issued(_) = answered {
        let state = ports.dispatcher.load::<LinkToken>(&stream).await?;
        let subject = unless_erased(ports, state.subject).await?;
        viewer.given(View::LinkTokenGiven, &stream, subject).await?;
    }
    Ok(answered)
}

async fn ask_of(
    ports: &Ports,
    facility: &FacilityId,
    stream: &StreamId,
    person: AskedPerson,
) -> Result<TokenAnswer, AmritError> {
    let state = ports.dispatcher.load::<LinkToken>(stream).await?;
    let (now, request_id) = (ports.clock.now(), RequestId(ports.ids.random()));
    if let Some(issued_by) = state.usable(now) {
        let token = link_token(ports, stream, Some(issued_by)).await?;
        return Ok(TokenAnswer::Issued(token));
    }
    // The patient may have no other event yet. Then the request creates their data key.
    let known = unless_erased(ports, state.subject).await?;
    let subject = known.unwrap_or_else(|| SubjectId(ports.ids.random()));
    let command = LinkTokenCommand::Ask {
        facility: facility.clone(),
        subject,
        person,
        request_id,
        limits: ports.settings.token_limits,
        now,
    };
    let origin = Origin {
        correlation: request_id.0,
        causation: None,
        actor: Actor::Door,
        subject: Some(subject),
        new_subject: known.is_none(),
    };
    let key = format!("amrit:token:{request_id}");
    ports.dispatcher.execute::<LinkToken>(stream, command, &key, &origin).await?;
    answer(ports, stream, None).await
}

/// The state of the tokens in a stream. If `asked` is given, refusals of other requests are ignored.
///
/// # Errors
///
/// The log or the keys cannot be used.
pub(super) async fn answer(
    ports: &Ports,
    stream: &StreamId,
    asked: Option<RequestId>,
) -> Result<TokenAnswer, AmritError> {
    let state = ports.dispatcher.load::<LinkToken>(stream).await?;
    let now = ports.clock.now();
    if let Some(issued_by) = state.usable(now) {
        let token = link_token(ports, stream, Some(issued_by)).await?;
        return Ok(TokenAnswer::Issued(token));
    }
    if let Phase::Requested { request_id, .. } = state.phase {
        return Ok(TokenAnswer::Requested(request_id));
    }
    if let Some(code) = refusal(ports, stream, asked).await? {
        let what = abdm_error::lookup(&code, Context::OnGenerateToken).what;
        return Ok(TokenAnswer::Refused(Refused { code, what }));
    }
    let held = state.rate_limit.held(&ports.settings.token_limits, now);
    Ok(held.map_or(TokenAnswer::Unknown, |(until, why)| TokenAnswer::Held(until, why)))
}

/// The code of the newest refusal; only of request `asked`, if given.
async fn refusal(
    ports: &Ports,
    stream: &StreamId,
    asked: Option<RequestId>,
) -> Result<Option<ErrorCode>, AmritError> {
    let newest = ports.newest(stream, |event| {
        let Event::LinkToken(LinkTokenEvent::Rejected { request_id, code, .. }) = event else {
            return None;
        };
        asked.is_none_or(|asked| asked == request_id).then_some(code)
    });
    let newest = newest.await.map_err(TaskError::from)?;
    Ok(newest.map(|recorded| recorded.event))
}
