//! The link tokens of one ABHA address at one facility.
//!
//! ```text
//! Absent ── Need ──► Requested ── Issue ──► Issued (until it expires, or is dropped) ── Need ──► reused
//!   ▲  │                 ├── Need: joins those who wait
//!   │  └ Need: postponed └── Reject | GiveUp ──► Absent; who waited asks again later, or never
//!   └──────────────────────── Drop | Purge ───────────┘
//! ```
//! The gateway refuses a second request within minutes, gives three tokens a day, and blocks an
//! address for a day when it is asked more often. So one request is in flight at a time, who needs a
//! token meanwhile waits for the same answer, and the [`rate_limit`] says when the next may leave.

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

/// A token is kept 90 days at most, also when it says that it lives longer.
pub const TOKEN_AGE_MAX: TimeDelta = TimeDelta::days(90);

/// A token that is about to expire is not used: the gateway would see it too late.
const TOKEN_REST_MIN: TimeDelta = TimeDelta::minutes(5);

/// What is known of these tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkToken {
    /// Whether there is one.
    pub phase: Phase,
    /// Whose they are.
    pub subject: Option<SubjectId>,
    /// What was asked, and until when nothing may be.
    pub governor: RateLimit,
}

/// Whether there is a token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Phase {
    /// There is none, and none is on its way.
    #[default]
    Absent,
    /// The gateway was asked.
    Requested {
        /// The `REQUEST-ID` that asked.
        request_id: RequestId,
        /// Care contexts that wait for the answer.
        waiting: Vec<StreamId>,
    },
    /// There is one.
    Issued {
        /// The request that brought it.
        request_id: RequestId,
        /// When it stops being usable.
        expires_at: DateTime<Utc>,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkTokenError {}

impl LinkToken {
    /// What follows from `command`.
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
                // What is held is not postponed: nobody waits whom the answer would still serve.
                let is_wanted = self.usable(now).is_none()
                    && !matches!(self.phase, Phase::Requested { .. })
                    && self.governor.held(&limits, now).is_none();
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
                    until: self.governor.after(refusal, request_id, counted, &limits, now),
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

    /// The request that brought the token which can be used; `None` if there is none.
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
            Phase::Absent | Phase::Issued { .. } => Some(match self.governor.held(limits, now) {
                Some((until, why)) => LinkTokenEvent::Postponed { care_context, until, why },
                None => requested,
            }),
        }
    }

    /// A token that comes late, after we stopped waiting for it, is still a token.
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
            Phase::Absent if self.governor.asked(request_id) => vec![],
            Phase::Absent | Phase::Requested { .. } | Phase::Issued { .. } => return None,
        };
        let latest = now + TOKEN_AGE_MAX;
        let expires_at = expires_at.map_or(latest, |own| own.min(latest));
        let token = Sealed::Open(token);
        Some(LinkTokenEvent::Issued { request_id, expires_at, waiting, token })
    }

    /// Who waits for the answer to `request_id`; `None` if nobody waits for that one.
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
                self.governor.note(request_id, at);
            }
            LinkTokenEvent::Asked { request_id, subject, at, .. } => {
                self.phase = Phase::Requested { request_id, waiting: vec![] };
                self.subject = Some(subject);
                self.governor.note(request_id, Some(at));
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
                self.governor.hold(request_id, until, counted);
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
