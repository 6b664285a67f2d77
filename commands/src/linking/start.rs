//! Linking for operators: shows what blocks a link, and starts it again.

use chrono::{DateTime, Utc};
use hip_domain::id::{CareContextReference, FacilityId, RequestId};
use hip_domain::link_token::{Hold, LinkToken, LinkTokenCommand, LinkTokenError, Phase};
use hip_domain::stream::StreamId;
use hip_domain::visit::{Visit, VisitError};
use thiserror::Error;

use crate::log::dispatch::DispatchError;
use crate::patients::lookup::LookupKey;
use crate::port::log::{Actor, Origin};
use crate::port::vault::VaultError;
use crate::ports::Ports;

/// Why a link could not be started or its state not be read.
#[derive(Debug, Error)]
pub enum LinkingError {
    /// The visit does not exist.
    #[error("there is no such visit")]
    NoVisit,
    /// The visit has no ABHA address, so there is nothing to link to.
    #[error("the visit mentions no ABHA address")]
    NoAbhaAddress,
    /// The stream of the visit could not be read.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The link token stream could not be read.
    #[error(transparent)]
    Token(#[from] DispatchError<LinkTokenError>),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// State of the link tokens of one ABHA address at one facility.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenStatus {
    /// When the current token expires; `None` if there is none.
    pub usable_until: Option<DateTime<Utc>>,
    /// Whether a reply of the gateway is pending.
    pub requested: bool,
    /// Requests in the last 24 hours, and the maximum that the gateway allows.
    pub used: (usize, usize),
    /// When the next request may be sent, and why not earlier; `None` if it may be sent now.
    pub held: Option<(DateTime<Utc>, Hold)>,
}

/// The state of the tokens of an ABHA address.
pub async fn token_status(
    ports: &Ports,
    facility: &FacilityId,
    abha_address: &str,
) -> Result<TokenStatus, LinkingError> {
    let address = LookupKey::AbhaAddress(abha_address);
    let address = ports.vault.pseudonym(facility, &address).await?;
    let stream = StreamId::link_token(facility, &address);
    let state = ports.dispatcher.load::<LinkToken>(&stream).await?;
    let (now, limits) = (ports.clock.now(), &ports.settings.token_limits);
    let usable_until = match &state.phase {
        Phase::Issued { expires_at, .. } => Some(*expires_at).filter(|until| now < *until),
        Phase::Absent | Phase::Requested { .. } => None,
    };
    Ok(TokenStatus {
        usable_until,
        requested: matches!(state.phase, Phase::Requested { .. }),
        used: (state.rate_limit.used(now), limits.per_day_max),
        held: state.rate_limit.held(limits, now),
    })
}

/// Starts to link a visit, whatever the earlier result was. A linked visit stays linked.
///
/// The rate limit still delays token requests that the gateway would refuse. Returns the stream of the care context,
/// which records the result.
pub async fn start(
    ports: &Ports,
    facility: &FacilityId,
    visit_code: &CareContextReference,
) -> Result<StreamId, LinkingError> {
    let code = LookupKey::Visit(visit_code.as_str());
    let code = ports.vault.pseudonym(facility, &code).await?;
    let stream = StreamId::visit(facility, &code);
    let visit = ports.dispatcher.load::<Visit>(&stream).await?;
    let facts = visit.facts.ok_or(LinkingError::NoVisit)?;
    let link_token = facts.link_token_stream.ok_or(LinkingError::NoAbhaAddress)?;
    let request_id = RequestId(ports.ids.random());
    let command = LinkTokenCommand::Need {
        care_context: facts.care_context_stream.clone(),
        facility: facility.clone(),
        subject: facts.subject,
        request_id,
        limits: ports.settings.token_limits,
        now: ports.clock.now(),
    };
    let origin = Origin {
        correlation: request_id.0,
        causation: None,
        actor: Actor::Door,
        subject: Some(facts.subject),
        new_subject: false,
    };
    let key = format!("link:{request_id}");
    ports.dispatcher.execute::<LinkToken>(&link_token, command, &key, &origin).await?;
    Ok(facts.care_context_stream)
}
