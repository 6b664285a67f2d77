//! A care context: is it linked to the patient's ABHA?
//!
//! ```text
//! (nothing) ── Register ──► Registered ── RequestLink ──► Requested ── ConfirmLink ──► Linked
//!                               ▲                            └── RejectLink ──► Registered
//! ```
//! Linked only when the gateway's callback said so; its 202 means nothing. A linked care context
//! can never be unlinked: that is the network's rule.

pub mod event;

pub use event::CareContextEvent;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ErrorCode, FacilityId, RequestId, SubjectId};
use crate::stream::StreamId;

/// What is known of one care context.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CareContext {
    /// Its unchanging part; nothing, when it does not exist.
    pub facts: Option<CareContextFacts>,
    /// Kinds of health information it holds.
    pub hi_types: Vec<HiType>,
    /// Where the link stands.
    pub link: Link,
}

/// What a care context is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CareContextFacts {
    /// Where the visit took place.
    pub facility: FacilityId,
    /// Whose it is.
    pub subject: SubjectId,
    /// As the network knows it.
    pub reference: CareContextReference,
    /// The visit that it stands for.
    pub visit: StreamId,
    /// When that visit took place.
    pub visited_at: DateTime<Utc>,
}

/// Where a link stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// Not linked; discovery may offer it.
    #[default]
    Unlinked,
    /// Asked for; the gateway has not called back yet.
    Requested {
        /// The `REQUEST-ID` that asked.
        request_id: RequestId,
    },
    /// Linked.
    Linked,
}

/// A wish about a care context.
#[derive(Debug, Clone, PartialEq)]
pub enum CareContextCommand {
    /// It exists, and holds these kinds.
    Register {
        /// What it is.
        facts: CareContextFacts,
        /// What it holds.
        hi_types: Vec<HiType>,
        /// Link it with tokens of this stream, when the patient's ABHA address is known.
        link_with: Option<StreamId>,
    },
    /// Ask the gateway to link it.
    RequestLink {
        /// The id that the request will carry.
        request_id: RequestId,
        /// The stream that holds the token.
        link_token: StreamId,
    },
    /// The gateway says that it is linked.
    ConfirmLink {
        /// The request that the gateway answers.
        request_id: RequestId,
        /// The gateway had it linked already (ABDM-1056).
        already: bool,
    },
    /// The gateway says that it cannot be linked.
    RejectLink {
        /// The request that the gateway answers.
        request_id: RequestId,
        /// Its code.
        code: ErrorCode,
    },
}

/// Why a wish about a care context was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CareContextError {
    /// There is no such care context.
    #[error("no such care context")]
    Absent,
}

impl CareContext {
    /// What follows from `command`.
    pub fn decide(
        &self,
        command: CareContextCommand,
    ) -> Result<Vec<CareContextEvent>, CareContextError> {
        match command {
            CareContextCommand::Register { facts, hi_types, link_with } => {
                if self.facts.is_some() && self.hi_types == hi_types {
                    return Ok(vec![]);
                }
                let link_with = link_with.filter(|_| !hi_types.is_empty());
                Ok(vec![CareContextEvent::Registered { facts, hi_types, link_with }])
            }
            _ if self.facts.is_none() => Err(CareContextError::Absent),
            CareContextCommand::RequestLink { request_id, link_token } => Ok(match &self.link {
                Link::Unlinked => vec![CareContextEvent::LinkRequested {
                    request_id,
                    link_token,
                    hi_types: self.hi_types.clone(),
                }],
                Link::Requested { .. } | Link::Linked => vec![],
            }),
            CareContextCommand::ConfirmLink { request_id, already } => Ok(self
                .answers(request_id)
                .then(|| self.linked(request_id, already))
                .into_iter()
                .collect()),
            CareContextCommand::RejectLink { request_id, code } => Ok(self
                .answers(request_id)
                .then_some(CareContextEvent::LinkRejected { request_id, code })
                .into_iter()
                .collect()),
        }
    }

    /// Whether an answer to `request_id` is the one we wait for; an old or repeated one is not.
    fn answers(&self, request_id: RequestId) -> bool {
        self.link == Link::Requested { request_id }
    }

    fn linked(&self, request_id: RequestId, already: bool) -> CareContextEvent {
        let facts = self.facts.as_ref().expect("checked by decide");
        CareContextEvent::Linked {
            request_id,
            already,
            visit: facts.visit.clone(),
            reference: facts.reference.clone(),
            hi_types: self.hi_types.clone(),
        }
    }

    fn evolve(&mut self, event: CareContextEvent) {
        match event {
            CareContextEvent::Registered { facts, hi_types, .. } => {
                self.facts = Some(facts);
                self.hi_types = hi_types;
            }
            CareContextEvent::LinkRequested { request_id, .. } => {
                self.link = Link::Requested { request_id };
            }
            CareContextEvent::Linked { .. } => self.link = Link::Linked,
            CareContextEvent::LinkRejected { .. } => self.link = Link::Unlinked,
        }
    }
}

aggregate!(CareContext, "care-context", CareContextCommand, CareContextEvent, CareContextError);

#[cfg(test)]
mod tests;
