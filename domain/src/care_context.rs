//! A care context: is it linked to the patient's ABHA?
//!
//! ```text
//! (nothing) ── Register ──► Unlinked ── RequestLink ──► Requested ── ConfirmLink ──► Linked
//!                            │   ▲                          └── RejectLink ──► Unlinked, perhaps tried again
//!                            │   └── FailLink (no token to be had)
//!                            └────────── LinkByPatient ──────────────────────────► Linked
//! ```
//! Linked only when the gateway's callback said so, or when it has taken our answer to a patient who
//! linked it; its 202 to our request means nothing. A linked care context can never be unlinked: that
//! is the network's rule.

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

/// How often a link is asked for again after a passing trouble at the gateway.
const PASSING_COUNT_MAX: u32 = 5;

/// What is known of one care context.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CareContext {
    /// Its unchanging part; `None` if it does not exist.
    pub facts: Option<CareContextFacts>,
    /// Kinds of health information it holds.
    pub hi_types: Vec<HiType>,
    /// Where the link stands.
    pub link: Link,
    /// Kinds that the network knows of.
    pub linked: Vec<HiType>,
    /// The revision of the visit that it was registered from.
    revision: u32,
    /// Troubles in a row.
    troubles: u32,
    /// Whether a refused token was replaced once already.
    redone: bool,
    sms_requested: bool,
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
        /// The kinds that were asked for.
        hi_types: Vec<HiType>,
        /// The stream of the token that was shown.
        link_token: StreamId,
        /// The request that brought that token.
        issued_by: Option<RequestId>,
    },
    /// Linked.
    Linked,
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
                    // The answer is to another request than the one that we wait for: it is old,
                    // repeated or foreign.
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

    /// A linked one is not linked again: the network is told that there is something new in it.
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

    /// What came while the gateway was busy is news for it.
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

    /// How a link goes on that was refused with a token of `link_token`, issued by a request.
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
