//! Computes how other thresholds would have changed the discoveries of a period.
//!
//! The log contains the comparison of every candidate found by a mobile number, so no sealed part is opened and no
//! patient is looked up again. Matches by ABHA do not depend on thresholds.

use std::collections::{BTreeMap, HashMap};

use hip_domain::discovery::comparison::{Considered, RecordNumberComparison};
use hip_domain::discovery::{DiscoveryEvent, MatchedBy};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use serde::Serialize;

use super::{Choice, Thresholds, Verdict, choose, judge};

/// The difference between the recorded and the new decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RankChange {
    /// No patient was matched; one would be.
    Won,
    /// A patient was matched; none would be.
    Lost,
    /// A different patient would be matched.
    Changed,
    /// The decision would be the same.
    Same,
}

/// A discovery with the recorded and the new decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redecided {
    /// Position of the recorded decision in the log.
    pub position: i64,
    /// The stream of the discovery.
    pub stream: String,
    /// The difference.
    pub change: RankChange,
    /// Subject id of the matched patient.
    pub was: Option<SubjectId>,
    /// Subject id of the patient that would be matched.
    pub would_be: Option<SubjectId>,
    /// All candidates with their comparisons.
    pub considered: Vec<Considered>,
}

/// Decides the discoveries of a log again, event by event.
pub struct WhatIf {
    thresholds: Thresholds,
    facility: Option<FacilityId>,
    /// The facility of each discovery that is not decided yet.
    asked: HashMap<StreamId, FacilityId>,
    counts: BTreeMap<RankChange, u64>,
    without_figures: u64,
}

impl WhatIf {
    /// Uses these thresholds, for one facility or for all.
    pub fn new(thresholds: Thresholds, facility: Option<FacilityId>) -> Self {
        Self {
            thresholds,
            facility,
            asked: HashMap::new(),
            counts: BTreeMap::new(),
            without_figures: 0,
        }
    }

    /// Number of discoveries with this difference.
    pub fn count(&self, change: RankChange) -> u64 {
        self.counts.get(&change).copied().unwrap_or_default()
    }

    /// Number of discoveries without candidates by mobile number.
    pub const fn without_figures(&self) -> u64 {
        self.without_figures
    }

    /// Decides again, if the event is a recorded decision that has candidates.
    pub fn note(&mut self, recorded: &Recorded<Event>) -> Option<Redecided> {
        let Event::Discovery(event) = &recorded.event else { return None };
        let considered = match event {
            DiscoveryEvent::Requested { facility, .. } => {
                self.asked.insert(recorded.stream.clone(), facility.clone());
                return None;
            }
            DiscoveryEvent::Repeated { .. } => return None,
            DiscoveryEvent::PatientMatched { considered, .. }
            | DiscoveryEvent::NotMatched { considered, .. } => considered,
        };
        let asked = self.asked.remove(&recorded.stream);
        if self.facility.is_some() && self.facility != asked {
            return None;
        }
        if considered.is_empty() {
            self.without_figures += 1;
            return None;
        }
        let redecided = self.redecide(recorded, considered);
        *self.counts.entry(redecided.change).or_default() += 1;
        Some(redecided)
    }

    fn redecide(&self, recorded: &Recorded<Event>, considered: &[Considered]) -> Redecided {
        let was = one_of(considered.iter().filter(|one| one.recognised).map(as_recognised));
        let would_be = one_of(considered.iter().filter_map(|one| {
            match judge(&one.comparison, &self.thresholds) {
                Verdict::Recognised { matched_by } => Some((one.subject, matched_by)),
                Verdict::Other(_) => None,
            }
        }));
        let change = match (was, would_be) {
            (None, Some(_)) => RankChange::Won,
            (Some(_), None) => RankChange::Lost,
            (Some(was), Some(would_be)) if was != would_be => RankChange::Changed,
            (Some(_), Some(_)) | (None, None) => RankChange::Same,
        };
        Redecided {
            position: recorded.position,
            stream: recorded.stream.to_string(),
            change,
            was,
            would_be,
            considered: considered.to_vec(),
        }
    }
}

/// The identifiers of a recorded match, derived from its comparison.
fn as_recognised(one: &Considered) -> (SubjectId, Vec<MatchedBy>) {
    let matched_by = match one.comparison.record_number {
        RecordNumberComparison::Same => vec![MatchedBy::Mobile, MatchedBy::Mr],
        RecordNumberComparison::NotGiven | RecordNumberComparison::Other => vec![MatchedBy::Mobile],
    };
    (one.subject, matched_by)
}

fn one_of(recognised: impl Iterator<Item = (SubjectId, Vec<MatchedBy>)>) -> Option<SubjectId> {
    match choose(recognised.collect(), |(_, matched_by)| matched_by) {
        Choice::One((subject, _)) => Some(subject),
        Choice::Nobody | Choice::Several(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use hip_domain::discovery::comparison::{Comparison, GenderComparison};
    use hip_domain::id::{EventId, RequestId, TransactionId};
    use hip_domain::sealed::Sealed;
    use uuid::Uuid;

    use super::*;
    use crate::operations::abdm_error::OwnCode;

    fn one(name_score: u8, year_difference: u16, recognised: bool) -> Considered {
        let comparison = Comparison {
            name_score,
            gender: GenderComparison::Agree,
            year_difference: Some(year_difference),
            record_number: RecordNumberComparison::NotGiven,
        };
        let subject = SubjectId(Uuid::from_u128(u128::from(name_score)));
        Considered { subject, comparison, recognised }
    }

    fn recorded(stream: &StreamId, event: DiscoveryEvent) -> Recorded<Event> {
        Recorded {
            position: 7,
            stream: stream.clone(),
            version: 1,
            event_id: EventId(Uuid::nil()),
            recorded_at: DateTime::UNIX_EPOCH,
            correlation: Uuid::nil(),
            causation: None,
            subject: None,
            event: Event::Discovery(event),
        }
    }

    fn facility(id: &str) -> FacilityId {
        FacilityId::parse(id).unwrap()
    }

    fn decide(what_if: &mut WhatIf, considered: Vec<Considered>) -> Option<Redecided> {
        let transaction = TransactionId::parse(Uuid::from_u128(1).to_string()).unwrap();
        let stream = StreamId::discovery(&transaction);
        let request_id = RequestId(Uuid::nil());
        let requested = DiscoveryEvent::Requested {
            transaction,
            facility: facility("IN0610099001"),
            request_id,
            query: Sealed::Closed,
        };
        assert_eq!(what_if.note(&recorded(&stream, requested)), None);
        let code = OwnCode::NobodyFound.into();
        let decided = DiscoveryEvent::NotMatched { request_id, code, candidates: 0, considered };
        what_if.note(&recorded(&stream, decided))
    }

    fn change(thresholds: Thresholds, considered: Vec<Considered>) -> RankChange {
        decide(&mut WhatIf::new(thresholds, None), considered).unwrap().change
    }

    #[test]
    fn the_same_thresholds_decide_the_same() {
        let thresholds = Thresholds::default();
        assert_eq!(change(thresholds, vec![one(90, 1, true)]), RankChange::Same);
        assert_eq!(change(thresholds, vec![one(60, 1, false)]), RankChange::Same);
        let two = vec![one(90, 1, true), one(95, 0, true)];
        assert_eq!(change(thresholds, two), RankChange::Same, "two of a rank are nobody");
    }

    #[test]
    fn lower_ones_win_and_higher_ones_lose() {
        let low = Thresholds { name_score_min: 55, year_tolerance: 2 };
        assert_eq!(change(low, vec![one(60, 1, false)]), RankChange::Won);
        let high = Thresholds { name_score_min: 95, year_tolerance: 2 };
        assert_eq!(change(high, vec![one(90, 1, true)]), RankChange::Lost);
        let wide = Thresholds { name_score_min: 85, year_tolerance: 5 };
        assert_eq!(change(wide, vec![one(90, 4, false)]), RankChange::Won);
    }

    #[test]
    fn a_lower_threshold_can_lose_too_when_a_relative_comes_into_question() {
        let low = Thresholds { name_score_min: 55, year_tolerance: 2 };
        assert_eq!(change(low, vec![one(90, 1, true), one(60, 0, false)]), RankChange::Lost);
        let high = Thresholds { name_score_min: 93, year_tolerance: 2 };
        let won = vec![one(90, 1, true), one(95, 0, true)];
        assert_eq!(change(high, won), RankChange::Won, "it tells two apart");
    }

    #[test]
    fn somebody_else_may_be_the_one() {
        let mut strict = WhatIf::new(Thresholds { name_score_min: 95, year_tolerance: 9 }, None);
        let (was, now) = (one(90, 1, true), one(97, 8, false));
        let redecided = decide(&mut strict, vec![was.clone(), now.clone()]).unwrap();
        assert_eq!(redecided.change, RankChange::Changed);
        assert_eq!((redecided.was, redecided.would_be), (Some(was.subject), Some(now.subject)));
        assert_eq!(strict.count(RankChange::Changed), 1);
    }

    #[test]
    fn discoveries_without_figures_or_of_another_facility_are_skipped() {
        let mut all = WhatIf::new(Thresholds::default(), None);
        assert_eq!(decide(&mut all, vec![]), None);
        assert_eq!(all.without_figures(), 1);
        let mut others = WhatIf::new(Thresholds::default(), Some(facility("IN0610099002")));
        assert_eq!(decide(&mut others, vec![one(90, 1, true)]), None);
        assert_eq!(others.count(RankChange::Same), 0);
    }
}
