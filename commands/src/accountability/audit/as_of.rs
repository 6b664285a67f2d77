//! What an HIU could receive under a consent at a given time, and why.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use hip_domain::care_context::{CareContext, Link};
use hip_domain::consent::{Consent, Grant, GrantedCareContext};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::visit::VisitEvent;
use serde::Serialize;
use uuid::Uuid;

use super::disclosure::Disclosure;
use crate::port::HistoryReader;
use crate::port::history_reader::HistoryError;

/// State of a consent at a given time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAt {
    /// The requested time.
    pub at: DateTime<Utc>,
    /// Whether a request would have been accepted at that time.
    pub in_force: bool,
    /// The reason for `in_force`.
    pub why: String,
    /// Documents that were already sent by then, or could have been requested then.
    pub records: Vec<Visible>,
}

/// A document that was sent to the HIU, or that the HIU could have requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visible {
    /// The visit code.
    pub care_context: String,
    /// The health information type.
    pub hi_type: String,
    /// Id of the document.
    pub document: Uuid,
    /// When the HIU accepted the document; `None` if it could only have been requested.
    pub given_at: Option<DateTime<Utc>>,
}

impl ConsentAt {
    /// Evaluates the log as it was at `at`. Adds the names of the streams read to `streams`.
    pub(super) async fn look(
        evidence: &dyn HistoryReader,
        consent: &[Recorded<Event>],
        disclosures: &[Disclosure],
        at: DateTime<Utc>,
        streams: &mut Vec<String>,
    ) -> Result<Self, HistoryError> {
        let mut records = given(disclosures, at);
        let state = consent_at(consent, at);
        let Some(grant) = state.grant() else {
            return Ok(Self {
                at,
                in_force: false,
                why: "the consent was not known then".to_owned(),
                records,
            });
        };
        let verdict = state.in_force(&grant.facility, at);
        if verdict.is_ok() {
            for granted in &grant.care_contexts {
                let open = open(evidence, grant, granted, at, streams).await?;
                records.extend(open.into_iter().filter(|new| {
                    !disclosures.iter().any(|told| was_given(told, new.document, at))
                }));
            }
        }
        let why = match verdict {
            Ok(_) => format!("the consent was in force, until {} at the latest", grant.erase_at),
            Err(why) => why.to_string(),
        };
        Ok(Self { at, in_force: verdict.is_ok(), why, records })
    }
}

fn consent_at(events: &[Recorded<Event>], at: DateTime<Utc>) -> Consent {
    let mut state = Consent::default();
    for recorded in until(events, at) {
        if let Event::Consent(event) = &recorded.event {
            state.apply(event.clone());
        }
    }
    state
}

/// Documents that the HIU had accepted by then. They stay in the report even if the consent ended later.
fn given(disclosures: &[Disclosure], at: DateTime<Utc>) -> Vec<Visible> {
    let pages = disclosures.iter().flat_map(|told| &told.pages);
    let taken = pages.filter(|page| page.taken_at.is_some_and(|taken| taken <= at));
    taken
        .map(|page| Visible {
            care_context: page.care_context.clone(),
            hi_type: page.hi_type.clone(),
            document: page.document,
            given_at: page.taken_at,
        })
        .collect()
}

fn was_given(told: &Disclosure, document: Uuid, at: DateTime<Utc>) -> bool {
    let taken = |taken: DateTime<Utc>| taken <= at;
    told.pages.iter().any(|page| page.document == document && page.taken_at.is_some_and(taken))
}

/// The documents of one care context that a request would have returned at that time.
async fn open(
    evidence: &dyn HistoryReader,
    grant: &Grant,
    granted: &GrantedCareContext,
    at: DateTime<Utc>,
    streams: &mut Vec<String>,
) -> Result<Vec<Visible>, HistoryError> {
    let events = evidence.events(&granted.stream).await?;
    streams.push(granted.stream.as_str().to_owned());
    let mut state = CareContext::default();
    for recorded in until(&events, at) {
        if let Event::CareContext(event) = &recorded.event {
            state.apply(event.clone());
        }
    }
    let Some(facts) = state.facts.filter(|_| state.link == Link::Linked) else {
        return Ok(vec![]);
    };
    if facts.facility != grant.facility || !grant.date_range.contains(facts.visited_at) {
        return Ok(vec![]);
    }
    let visit = evidence.events(&facts.visit).await?;
    streams.push(facts.visit.as_str().to_owned());
    let built = until(&visit, at).rev().find_map(|recorded| {
        let Event::Visit(VisitEvent::BundlesBuilt { built, .. }) = &recorded.event else {
            return None;
        };
        Some(built.clone())
    });
    let fitting = built.into_iter().flatten().filter(|one| grant.hi_types.contains(&one.hi_type));
    let visible = fitting.map(|one| Visible {
        care_context: granted.reference.to_string(),
        hi_type: one.hi_type.to_string(),
        document: one.document_id,
        given_at: None,
    });
    Ok(visible.collect())
}

/// The events recorded at or before `at`.
fn until(
    events: &[Recorded<Event>],
    at: DateTime<Utc>,
) -> impl DoubleEndedIterator<Item = &Recorded<Event>> {
    events.iter().filter(move |recorded| recorded.recorded_at <= at)
}
