//! The link tokens of one ABHA address at one facility.
//!
//! ```text
//! Absent ── Need ──► Requested ── Issue ──► Issued (until it expires, or is dropped) ── Need ──► reused
//!   ▲  │                 ├── Need: waits for the same reply
//!   │  └ Need: postponed └── Reject ──► Absent; the waiting care contexts request again later, or never
//!   └──────────────────────── Drop | Purge ───────────┘
//! ```
//! The gateway refuses a second request within minutes, issues three tokens a day, and blocks an address for a day if
//! it gets more requests. So only one request is pending at a time, other care contexts wait for the same reply, and
//! the [`rate_limit`] determines the time of the next request.

pub mod command;
pub mod event;
pub mod rate_limit;

pub use command::LinkTokenCommand;
pub use event::{AskedPerson, LinkTokenEvent, Token};
pub use rate_limit::{Hold, Refusal, TokenLimits};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{RequestId, SubjectId};
use crate::sealed::Sealed;
use crate::stream::StreamId;

use rate_limit::RateLimit;

/// A token is kept for at most 90 days, even if its own expiry is later.
pub const TOKEN_AGE_MAX: TimeDelta = TimeDelta::days(90);

/// A token is not used in the last 5 minutes before it expires, because it could expire before the gateway reads it.
const TOKEN_REST_MIN: TimeDelta = TimeDelta::minutes(5);

/// State of the link tokens of one ABHA address at one facility.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkToken {
    /// Whether there is a token.
    pub phase: Phase,
    /// The patient.
    pub subject: Option<SubjectId>,
    /// Past requests, and the time before which no request is allowed.
    pub rate_limit: RateLimit,
}

/// Whether there is a token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Phase {
    /// There is no token, and no request is pending.
    #[default]
    Absent,
    /// A request is pending.
    Requested {
        /// The request id.
        request_id: RequestId,
        /// The care contexts that wait for the reply.
        waiting: Vec<StreamId>,
    },
    /// There is a token.
    Issued {
        /// The request that returned it.
        request_id: RequestId,
        /// When it expires.
        expires_at: DateTime<Utc>,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkTokenError {}

impl LinkToken {
    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: LinkTokenCommand) -> Result<Vec<LinkTokenEvent>, LinkTokenError> {
        let event = match command {
            LinkTokenCommand::Need { care_context, facility, subject, request_id, limits, now } => {
                let requested = LinkTokenEvent::Requested {
                    facility,
                    subject,
                    request_id,
                    care_context: care_context.clone(),
                    at: Some(now),
                };
                self.need(care_context, requested, &limits, now)
            }
            LinkTokenCommand::Ask { facility, subject, person, request_id, limits, now } => {
                // A delayed request is not stored: the caller would no longer wait for the reply.
                let is_wanted = self.usable(now).is_none()
                    && !matches!(self.phase, Phase::Requested { .. })
                    && self.rate_limit.held(&limits, now).is_none();
                is_wanted.then_some(LinkTokenEvent::Asked {
                    facility,
                    subject,
                    request_id,
                    at: now,
                    person: Sealed::Open(person),
                })
            }
            LinkTokenCommand::Issue { request_id, token, expires_at, now } => {
                self.issue(request_id, token, expires_at, now)
            }
            LinkTokenCommand::Reject { request_id, code, refusal, counted, limits, now } => {
                self.waiting_for(request_id).map(|waiting| LinkTokenEvent::Rejected {
                    request_id,
                    code,
                    waiting: waiting.to_vec(),
                    until: self.rate_limit.after(refusal, request_id, counted, &limits, now),
                    counted,
                })
            }
            LinkTokenCommand::Drop { issued_by } => match &self.phase {
                Phase::Issued { request_id, .. } if *request_id == issued_by => {
                    Some(LinkTokenEvent::Dropped { issued_by })
                }
                Phase::Absent | Phase::Requested { .. } | Phase::Issued { .. } => None,
            },
            LinkTokenCommand::Purge => match &self.phase {
                Phase::Absent => None,
                Phase::Requested { .. } | Phase::Issued { .. } => Some(LinkTokenEvent::Purged {}),
            },
        };
        Ok(event.into_iter().collect())
    }

    /// The request that returned the usable token; `None` if there is no usable token.
    pub fn usable(&self, now: DateTime<Utc>) -> Option<RequestId> {
        match &self.phase {
            Phase::Issued { request_id, expires_at } => {
                Some(*request_id).filter(|_| now + TOKEN_REST_MIN < *expires_at)
            }
            Phase::Absent | Phase::Requested { .. } => None,
        }
    }

    fn need(
        &self,
        care_context: StreamId,
        requested: LinkTokenEvent,
        limits: &TokenLimits,
        now: DateTime<Utc>,
    ) -> Option<LinkTokenEvent> {
        match &self.phase {
            Phase::Issued { request_id, expires_at } if now + TOKEN_REST_MIN < *expires_at => {
                Some(LinkTokenEvent::Reused { care_context, issued_by: Some(*request_id) })
            }
            Phase::Requested { waiting, .. } if waiting.contains(&care_context) => None,
            Phase::Requested { .. } => Some(LinkTokenEvent::Awaited { care_context }),
            Phase::Absent | Phase::Issued { .. } => Some(match self.rate_limit.held(limits, now) {
                Some((until, why)) => LinkTokenEvent::Postponed { care_context, until, why },
                None => requested,
            }),
        }
    }

    /// A token that arrives after the wait was given up is still accepted.
    fn issue(
        &self,
        request_id: RequestId,
        token: Token,
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<LinkTokenEvent> {
        let waiting = match &self.phase {
            Phase::Requested { request_id: asked, waiting } if *asked == request_id => {
                waiting.clone()
            }
            Phase::Absent if self.rate_limit.asked(request_id) => vec![],
            Phase::Absent | Phase::Requested { .. } | Phase::Issued { .. } => return None,
        };
        let latest = now + TOKEN_AGE_MAX;
        let expires_at = expires_at.map_or(latest, |own| own.min(latest));
        let token = Sealed::Open(token);
        Some(LinkTokenEvent::Issued { request_id, expires_at, waiting, token })
    }

    /// The care contexts that wait for the reply to `request_id`; `None` if that request is not pending.
    fn waiting_for(&self, request_id: RequestId) -> Option<&[StreamId]> {
        match &self.phase {
            Phase::Requested { request_id: asked, waiting } if *asked == request_id => {
                Some(waiting)
            }
            Phase::Absent | Phase::Requested { .. } | Phase::Issued { .. } => None,
        }
    }

    fn evolve(&mut self, event: LinkTokenEvent) {
        match event {
            LinkTokenEvent::Requested { request_id, subject, care_context, at, .. } => {
                self.phase = Phase::Requested { request_id, waiting: vec![care_context] };
                self.subject = Some(subject);
                self.rate_limit.note(request_id, at);
            }
            LinkTokenEvent::Asked { request_id, subject, at, .. } => {
                self.phase = Phase::Requested { request_id, waiting: vec![] };
                self.subject = Some(subject);
                self.rate_limit.note(request_id, Some(at));
            }
            LinkTokenEvent::Awaited { care_context } => {
                if let Phase::Requested { waiting, .. } = &mut self.phase {
                    waiting.push(care_context);
                }
            }
            LinkTokenEvent::Reused { .. } | LinkTokenEvent::Postponed { .. } => {}
            LinkTokenEvent::Issued { request_id, expires_at, .. } => {
                self.phase = Phase::Issued { request_id, expires_at };
            }
            LinkTokenEvent::Rejected { request_id, until, counted, .. } => {
                self.phase = Phase::Absent;
                self.rate_limit.hold(request_id, until, counted);
            }
            LinkTokenEvent::Dropped { .. } | LinkTokenEvent::Purged {} => {
                self.phase = Phase::Absent;
            }
        }
    }
}

aggregate!(LinkToken, "link-token", LinkTokenCommand, LinkTokenEvent, LinkTokenError);

#[cfg(test)]
mod tests;
