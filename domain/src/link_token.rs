//! The link tokens of one ABHA address at one facility.
//!
//! ```text
//! (nothing) ── Need ──► Requested ── Issue ──► Issued (until it expires) ── Need ──► reused
//!                 ▲         ├── Need: joins those who wait
//!                 └─────────┴── Reject ──► (nothing)
//! ```
//! One request is in flight at a time: the gateway refuses a second one within minutes, and blocks
//! the address for a day after a few. Who needs a token meanwhile waits for the same answer.

pub mod event;

pub use event::{LinkTokenEvent, Token};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::sealed::Sealed;
use crate::stream::StreamId;

/// A token is kept 90 days at most, also when it says that it lives longer.
pub const TOKEN_AGE_MAX: TimeDelta = TimeDelta::days(90);

/// A token that is about to expire is not used: the gateway would see it too late.
const TOKEN_REST_MIN: TimeDelta = TimeDelta::minutes(5);

/// What is known of these tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum LinkToken {
    /// There is none, and none is on its way.
    #[default]
    Absent,
    /// The gateway was asked.
    Requested {
        /// The `REQUEST-ID` that asked.
        request_id: RequestId,
        /// Whose token it will be.
        subject: SubjectId,
        /// Care contexts that wait for the answer.
        waiting: Vec<StreamId>,
    },
    /// There is one.
    Issued {
        /// When it stops being usable.
        expires_at: DateTime<Utc>,
    },
}

/// A wish about these tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkTokenCommand {
    /// A care context needs one.
    Need {
        /// Which.
        care_context: StreamId,
        /// Where the patient is treated.
        facility: FacilityId,
        /// Whose token it is.
        subject: SubjectId,
        /// The id that a request would carry.
        request_id: RequestId,
        /// The time by which an expired token is known.
        now: DateTime<Utc>,
    },
    /// The gateway sent one.
    Issue {
        /// The request that it answers.
        request_id: RequestId,
        /// The token.
        token: Token,
        /// Its own expiry, when it could be read.
        expires_at: Option<DateTime<Utc>>,
        /// Now; bounds the expiry.
        now: DateTime<Utc>,
    },
    /// The gateway will not give one.
    Reject {
        /// The request that it answers.
        request_id: RequestId,
        /// Its code.
        code: ErrorCode,
    },
}

/// Nothing is ever refused here; the type has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkTokenError {}

impl LinkToken {
    /// What follows from `command`.
    pub fn decide(&self, command: LinkTokenCommand) -> Result<Vec<LinkTokenEvent>, LinkTokenError> {
        Ok(match (self, command) {
            (
                state,
                LinkTokenCommand::Need { care_context, facility, subject, request_id, now },
            ) => vec![match state {
                Self::Issued { expires_at } if now + TOKEN_REST_MIN < *expires_at => {
                    LinkTokenEvent::Reused { care_context }
                }
                Self::Requested { waiting, .. } if waiting.contains(&care_context) => {
                    return Ok(vec![]);
                }
                Self::Requested { .. } => LinkTokenEvent::Awaited { care_context },
                Self::Absent | Self::Issued { .. } => {
                    LinkTokenEvent::Requested { facility, subject, request_id, care_context }
                }
            }],
            (
                Self::Requested { request_id: asked, waiting, .. },
                LinkTokenCommand::Issue { request_id, token, expires_at, now },
            ) if *asked == request_id => {
                let latest = now + TOKEN_AGE_MAX;
                let expires_at = expires_at.map_or(latest, |own| own.min(latest));
                let (waiting, token) = (waiting.clone(), Sealed::Open(token));
                vec![LinkTokenEvent::Issued { request_id, expires_at, waiting, token }]
            }
            (
                Self::Requested { request_id: asked, waiting, .. },
                LinkTokenCommand::Reject { request_id, code },
            ) if *asked == request_id => {
                vec![LinkTokenEvent::Rejected { request_id, code, waiting: waiting.clone() }]
            }
            // An answer to a request that is no longer ours to ask: late, repeated, or foreign.
            (
                Self::Absent | Self::Requested { .. } | Self::Issued { .. },
                LinkTokenCommand::Issue { .. } | LinkTokenCommand::Reject { .. },
            ) => vec![],
        })
    }

    fn evolve(&mut self, event: LinkTokenEvent) {
        match event {
            LinkTokenEvent::Requested { request_id, subject, care_context, .. } => {
                *self = Self::Requested { request_id, subject, waiting: vec![care_context] };
            }
            LinkTokenEvent::Awaited { care_context } => {
                if let Self::Requested { waiting, .. } = self {
                    waiting.push(care_context);
                }
            }
            LinkTokenEvent::Reused { .. } => {}
            LinkTokenEvent::Issued { expires_at, .. } => *self = Self::Issued { expires_at },
            LinkTokenEvent::Rejected { .. } => *self = Self::Absent,
        }
    }
}

aggregate!(LinkToken, "link-token", LinkTokenCommand, LinkTokenEvent, LinkTokenError);

#[cfg(test)]
mod tests;
