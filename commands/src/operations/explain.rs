//! Explains why a record is not visible to the HIU.
//!
//! A record passes a chain of steps from the visit to the HIU. The steps are checked in order, from the log alone.
//! The first failed step is the answer, with a hint what to do.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story is searched for some kinds of events, and others, also new ones, do not matter to it"
)]

mod case;
mod delivery;
mod linking;
mod sharing;

use chrono::{DateTime, Utc};
use hip_domain::id::{CareContextReference, FacilityId};
use hip_domain::stream::StreamId;
use serde::Serialize;

use crate::port::HistoryReader;
use crate::port::history_reader::HistoryError;
use case::Case;

/// The explanation of one care context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The stream of the care context, or of the visit if there is no care context yet.
    #[serde(skip)]
    pub of: StreamId,
    /// Id of the facility.
    pub facility: String,
    /// The visit code.
    pub reference: String,
    /// The checked steps, up to the first one that failed or waits.
    pub links: Vec<Looked>,
    /// The answer in one sentence.
    pub verdict: String,
    /// What to do; `None` if no step failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// The result of checking one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// The step.
    pub link: Link,
    /// The result.
    pub state: State,
    /// The details in words.
    pub what: String,
}

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The visit is in the log.
    Visit,
    /// Its documents were built and passed validation.
    Documents,
    /// The gateway issued a link token.
    Token,
    /// The care context is linked.
    Linked,
    /// A consent covers it.
    Consent,
    /// An HIU has requested it.
    Request,
    /// The request was accepted.
    Accepted,
    /// The transfer has pages of this care context.
    Pages,
    /// The pages are encrypted.
    Encrypted,
    /// The HIU has accepted the pages.
    Pushed,
    /// The gateway was notified of the end of the transfer.
    Notified,
}

impl Link {
    /// The name of the step as one word, for lists.
    pub const fn as_word(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Documents => "documents",
            Self::Token => "token",
            Self::Linked => "link",
            Self::Consent => "consent",
            Self::Request => "request",
            Self::Accepted => "answer",
            Self::Pages => "pages",
            Self::Encrypted => "encryption",
            Self::Pushed => "push",
            Self::Notified => "end",
        }
    }
}

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The step succeeded.
    Holds,
    /// The step is pending; nothing is wrong so far.
    Waits,
    /// The step failed.
    Broken,
}

/// Why a step failed or waits, and what to do.
struct Obstacle {
    state: State,
    what: String,
    cure: String,
}

impl Obstacle {
    fn broken(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Broken, what: what.into(), cure: cure.into() }
    }

    fn waits(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Waits, what: what.into(), cure: cure.into() }
    }
}

/// The details of a step that succeeded, or the obstacle.
type Finding = Result<String, Obstacle>;

type Look = fn(&Case, DateTime<Utc>) -> Finding;

const CHAIN: [(Link, Look); 11] = [
    (Link::Visit, linking::visit),
    (Link::Documents, linking::documents),
    (Link::Token, linking::token),
    (Link::Linked, linking::linked),
    (Link::Consent, sharing::consent),
    (Link::Request, sharing::request),
    (Link::Accepted, sharing::accepted),
    (Link::Pages, delivery::pages),
    (Link::Encrypted, delivery::encrypted),
    (Link::Pushed, delivery::pushed),
    (Link::Notified, delivery::notified),
];

/// Explains all care contexts with this reference, in one facility or in all. Empty if there is none.
///
/// # Errors
///
/// The log cannot be read.
pub async fn explain(
    evidence: &dyn HistoryReader,
    reference: &CareContextReference,
    facility: Option<&FacilityId>,
    now: DateTime<Utc>,
) -> Result<Vec<Explanation>, HistoryError> {
    let mut explanations = vec![];
    for known in evidence.visits(reference, facility).await? {
        let of = known.care_context.as_ref().unwrap_or(&known.visit).clone();
        let case = Case::gather(evidence, known, reference).await?;
        explanations.push(judge(of, &case, now));
    }
    Ok(explanations)
}

fn judge(of: StreamId, case: &Case, now: DateTime<Utc>) -> Explanation {
    let mut links = vec![];
    let mut verdict = "nothing is broken: the record was sent, and taken".to_owned();
    let mut cure = None;
    for (link, look) in CHAIN {
        match look(case, now) {
            Ok(what) => links.push(Looked { link, state: State::Holds, what }),
            Err(Obstacle { state, what, cure: what_to_do }) => {
                verdict.clone_from(&what);
                cure = Some(what_to_do);
                links.push(Looked { link, state, what });
                break;
            }
        }
    }
    let (facility, reference) = (case.facility.to_string(), case.reference.to_string());
    Explanation { of, facility, reference, links, verdict, cure }
}
