//! A care context and its link to the patient's ABHA.
//!
//! ```text
//! (nothing) ── Register ──► Unlinked ── RequestLink ──► Requested ── ConfirmLink ──► Linked
//!                            │   ▲                          └── RejectLink ──► Unlinked, possibly retried
//!                            │   └── FailLink (no token is available)
//!                            └────────── LinkByPatient ──────────────────────────► Linked
//! ```
//! It is linked only if the gateway's callback says so, or if the gateway accepted the confirmation of a
//! user-initiated link. The gateway's 202 response to a link request proves nothing. By a rule of the network a link
//! can never be undone.

pub mod command;
pub mod event;

pub use command::{CareContextCommand, LinkRefusal};
pub use event::{CareContextEvent, RetryLink};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, FacilityId, RequestId, SubjectId};
use crate::stream::StreamId;

/// How often a link is retried after a temporary refusal.
const PASSING_COUNT_MAX: u32 = 5;

/// State of one care context.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CareContext {
    /// The constant facts; `None` if the care context does not exist.
    pub facts: Option<CareContextFacts>,
    /// The health information types of its documents.
    pub hi_types: Vec<HiType>,
    /// The state of the link.
    pub link: Link,
    /// The types that the network knows.
    pub linked: Vec<HiType>,
    /// The revision of the visit from which it was registered.
    revision: u32,
    /// Number of consecutive temporary refusals.
    troubles: u32,
    /// Whether a refused token was already replaced once.
    redone: bool,
    sms_requested: bool,
}

/// The constant facts about a care context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CareContextFacts {
    /// Id of the facility.
    pub facility: FacilityId,
    /// The patient.
    pub subject: SubjectId,
    /// Its reference in the network.
    pub reference: CareContextReference,
    /// Stream of its visit.
    pub visit: StreamId,
    /// When the visit took place.
    pub visited_at: DateTime<Utc>,
}

/// The state of a link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// Not linked; a discovery may offer it.
    #[default]
    Unlinked,
    /// Requested; the gateway has not replied yet.
    Requested {
        /// The request id of the link request.
        request_id: RequestId,
        /// The requested types.
        hi_types: Vec<HiType>,
        /// The stream of the token that was used.
        link_token: StreamId,
        /// The request that returned this token.
        issued_by: Option<RequestId>,
    },
    /// Linked.
    Linked,
}

/// Errors of care context commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CareContextError {
    /// The care context does not exist.
    #[error("no such care context")]
    Absent,
}

impl CareContext {
    /// Decides on a command and returns the resulting events.
    pub fn decide(
        &self,
        command: CareContextCommand,
    ) -> Result<Vec<CareContextEvent>, CareContextError> {
        let events = match command {
            CareContextCommand::Register { facts, hi_types, link_with, revision } => {
                self.register(facts, hi_types, link_with, revision)
            }
            _ if self.facts.is_none() => return Err(CareContextError::Absent),
            CareContextCommand::RequestLink { request_id, link_token, issued_by } => {
                match &self.link {
                    Link::Unlinked => vec![CareContextEvent::LinkRequested {
                        request_id,
                        link_token,
                        hi_types: self.hi_types.clone(),
                        issued_by,
                    }],
                    Link::Requested { .. } | Link::Linked => vec![],
                }
            }
            CareContextCommand::ConfirmLink { request_id, already } => match &self.link {
                Link::Requested { request_id: asked, hi_types, .. } if *asked == request_id => {
                    self.linked(request_id, already, hi_types.clone())
                }
                Link::Unlinked | Link::Requested { .. } | Link::Linked => vec![],
            },
            CareContextCommand::RejectLink { request_id, code, refusal, said, now } => {
                match &self.link {
                    Link::Requested { request_id: asked, link_token, issued_by, .. }
                        if *asked == request_id =>
                    {
                        let retry = self.retry((link_token, *issued_by), refusal, now);
                        vec![CareContextEvent::LinkRejected { request_id, code, retry, said }]
                    }
                    // The reply is for a different request than the pending one: it is old, repeated or foreign.
                    Link::Unlinked | Link::Requested { .. } | Link::Linked => vec![],
                }
            }
            CareContextCommand::FailLink { code } => match &self.link {
                Link::Unlinked => vec![CareContextEvent::LinkFailed { code }],
                Link::Requested { .. } | Link::Linked => vec![],
            },
            CareContextCommand::LinkByPatient { request_id, hi_types } => match &self.link {
                Link::Linked => vec![],
                Link::Unlinked | Link::Requested { .. } => self.linked(request_id, false, hi_types),
            },
            CareContextCommand::RequestSms { request_id } => match &self.link {
                Link::Unlinked if !self.sms_requested => {
                    vec![CareContextEvent::SmsRequested { request_id }]
                }
                Link::Unlinked | Link::Requested { .. } | Link::Linked => vec![],
            },
        };
        Ok(events)
    }

    /// A linked care context is not linked again. The network is notified of the change instead.
    fn register(
        &self,
        facts: CareContextFacts,
        hi_types: Vec<HiType>,
        link_with: Option<StreamId>,
        revision: u32,
    ) -> Vec<CareContextEvent> {
        let same = self.hi_types == hi_types && revision <= self.revision;
        if self.facts.is_some() && same {
            return vec![];
        }
        let is_linked = self.link == Link::Linked;
        let link_with = link_with.filter(|_| !hi_types.is_empty() && !is_linked);
        let news = (is_linked && !hi_types.is_empty())
            .then(|| CareContextEvent::ChangedAfterLink { hi_types: hi_types.clone() });
        let registered = CareContextEvent::Registered { facts, hi_types, link_with, revision };
        std::iter::once(registered).chain(news).collect()
    }

    /// Types that were added while the request was pending are reported as a change.
    fn linked(
        &self,
        request_id: RequestId,
        already: bool,
        hi_types: Vec<HiType>,
    ) -> Vec<CareContextEvent> {
        let facts = self.facts.as_ref().expect("checked by decide");
        let unknown: Vec<_> =
            self.hi_types.iter().filter(|kind| !hi_types.contains(kind)).copied().collect();
        let by_request = matches!(self.link, Link::Requested { .. });
        let news = (by_request && !unknown.is_empty())
            .then_some(CareContextEvent::ChangedAfterLink { hi_types: unknown });
        let linked = CareContextEvent::Linked {
            request_id,
            already,
            visit: facts.visit.clone(),
            reference: facts.reference.clone(),
            hi_types,
        };
        std::iter::once(linked).chain(news).collect()
    }

    /// The next attempt after a refusal. `link_token` and `issued_by` identify the token that was used.
    fn retry(
        &self,
        (link_token, issued_by): (&StreamId, Option<RequestId>),
        refusal: LinkRefusal,
        now: DateTime<Utc>,
    ) -> Option<RetryLink> {
        let retry = |at, drop| {
            let link_token = link_token.clone();
            Some(RetryLink { link_token, drop, at })
        };
        match refusal {
            LinkRefusal::Token if !self.redone => retry(now, issued_by),
            LinkRefusal::Passing if self.troubles < PASSING_COUNT_MAX => {
                retry(now + TimeDelta::minutes(1 << self.troubles), None)
            }
            LinkRefusal::Token | LinkRefusal::Passing | LinkRefusal::Final => None,
        }
    }

    fn evolve(&mut self, event: CareContextEvent) {
        match event {
            CareContextEvent::Registered { facts, hi_types, revision, .. } => {
                if revision > self.revision {
                    (self.troubles, self.redone) = (0, false);
                }
                self.facts = Some(facts);
                self.hi_types = hi_types;
                self.revision = revision;
            }
            CareContextEvent::LinkRequested { request_id, link_token, hi_types, issued_by } => {
                self.link = Link::Requested { request_id, hi_types, link_token, issued_by };
            }
            CareContextEvent::Linked { hi_types, .. } => {
                self.link = Link::Linked;
                self.linked = hi_types;
            }
            CareContextEvent::LinkRejected { retry, .. } => {
                self.link = Link::Unlinked;
                match retry {
                    Some(RetryLink { drop: Some(_), .. }) => self.redone = true,
                    Some(RetryLink { drop: None, .. }) => {
                        self.troubles = self.troubles.saturating_add(1);
                    }
                    None => {}
                }
            }
            CareContextEvent::ChangedAfterLink { hi_types } => {
                self.linked.extend(hi_types);
                self.linked.sort_unstable();
                self.linked.dedup();
            }
            CareContextEvent::LinkFailed { .. } => {}
            CareContextEvent::SmsRequested { .. } => self.sms_requested = true,
        }
    }
}

aggregate!(CareContext, "care-context", CareContextCommand, CareContextEvent, CareContextError);

#[cfg(test)]
mod tests;
