//! Why does the patient not see it?
//!
//! From a visit to the screen of an HIU a record passes a chain of links. Each is looked at in turn, in
//! the log alone; the first that does not hold is the answer, with what to do about it.

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

/// How it stands with one care context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Of what: the stream of the care context, or of a visit that has none yet.
    #[serde(skip)]
    pub of: StreamId,
    /// Where the visit took place.
    pub facility: String,
    /// The visit code.
    pub reference: String,
    /// The links that were looked at, up to the first that does not hold.
    pub links: Vec<Looked>,
    /// The answer, in a sentence.
    pub verdict: String,
    /// What to do; nothing, when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// One link of the chain, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Which.
    pub link: Link,
    /// Whether it holds.
    pub state: State,
    /// What is so, in words.
    pub what: String,
}

/// The chain, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The visit is in the log.
    Visit,
    /// It has yielded documents that are fit to be shared.
    Documents,
    /// The gateway has given a link token.
    Token,
    /// The care context is linked.
    Linked,
    /// A consent covers it.
    Consent,
    /// An HIU has asked for it.
    Request,
    /// The request was accepted.
    Accepted,
    /// The answer holds pages of it.
    Pages,
    /// They are encrypted.
    Encrypted,
    /// The HIU has taken them.
    Pushed,
    /// The gateway was told how it ended.
    Notified,
}

impl Link {
    /// In a word, for a list.
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

/// Whether a link holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    Holds,
    /// Not yet: somebody's turn has come, and nothing is wrong so far.
    Waits,
    /// It does not.
    Broken,
}

/// Why a link does not hold.
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

/// What is so of a link that holds, or why it does not.
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

/// Explains every care context with this reference: in one facility, or in all that have it. Empty,
/// when there is none.
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
