//! Collects what the log of one facility proves about the network's flows.

mod calls;
mod flows;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, ErrorCode, FacilityId, RequestId, TransactionId};
use hip_domain::recorded::Recorded;
use uuid::Uuid;

use super::check::{Check, Seen};

/// NHA's time limit for a callback after its call. A later callback does not count.
const SILENCE_MAX: TimeDelta = TimeDelta::seconds(60);

/// Reads the log in order, event by event. Flows that started before the first event are ignored, because a manifest
/// covers one run.
pub struct Ledger {
    facility: FacilityId,
    period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    seen: BTreeMap<Check, Seen>,
    tried: BTreeSet<Check>,
    /// The newest deviation of each check.
    slips: BTreeMap<Check, String>,
    /// Calls planned for this facility.
    ours: HashSet<RequestId>,
    /// When the calls that wait for a callback were accepted.
    taken: HashMap<RequestId, DateTime<Utc>>,
    /// Link requests that use a token of the gateway.
    with_token: HashSet<RequestId>,
    /// Results of discoveries that are not answered yet.
    discoveries: HashMap<RequestId, Found>,
    /// Changes of consents that are not acknowledged yet.
    consents: HashMap<ConsentId, VecDeque<ConsentChange>>,
    transfers: HashMap<TransactionId, Transfer>,
    /// Confirmations with a wrong OTP.
    wrong_otps: HashSet<RequestId>,
    /// Conversations started by a patient status message. An erasure also detaches an ABHA, so it must be told apart.
    leaving: HashSet<Uuid>,
}

/// The result of a discovery.
enum Found {
    /// A patient, with the criteria of the match and the number of unlinked care contexts.
    Patient {
        by: Vec<&'static str>,
        care_contexts: usize,
    },
    Nobody(ErrorCode),
}

/// A change of a consent.
#[derive(Clone, Copy)]
enum ConsentChange {
    Granted,
    Revoked,
    Expired,
}

impl ConsentChange {
    const fn sighting(self) -> Check {
        match self {
            Self::Granted => Check::ConsentGranted,
            Self::Revoked => Check::ConsentRevoked,
            Self::Expired => Check::ConsentExpired,
        }
    }

    /// ABDM's status value.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "GRANTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// A transfer in progress.
struct Transfer {
    asked_at: DateTime<Utc>,
    care_contexts: usize,
    /// The end of the transfer: complete, or why not.
    end: Option<Result<(), String>>,
}

impl Ledger {
    /// Creates an empty ledger for a facility.
    pub fn new(facility: FacilityId) -> Self {
        Self {
            facility,
            period: None,
            seen: BTreeMap::new(),
            tried: BTreeSet::new(),
            slips: BTreeMap::new(),
            ours: HashSet::new(),
            taken: HashMap::new(),
            with_token: HashSet::new(),
            discoveries: HashMap::new(),
            consents: HashMap::new(),
            transfers: HashMap::new(),
            wrong_otps: HashSet::new(),
            leaving: HashSet::new(),
        }
    }

    /// Reads the next event.
    pub fn note(&mut self, recorded: &Recorded<Event>) {
        let at = recorded.recorded_at;
        let (first, _) = *self.period.get_or_insert((at, at));
        self.period = Some((first, at));
        if let Event::Outbound(event) = &recorded.event {
            self.note_call(recorded, event);
        } else {
            self.note_flow(recorded);
        }
    }

    /// The times of the first and the last event.
    pub(super) const fn period(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.period
    }

    pub(super) fn seen(&self, sighting: Check) -> Option<&Seen> {
        self.seen.get(&sighting)
    }

    pub(super) fn is_tried(&self, sighting: Check) -> bool {
        self.tried.contains(&sighting)
    }

    /// The deviation that was seen, else the default text.
    pub(super) fn failure_text(&self, sighting: Check) -> String {
        self.slips.get(&sighting).cloned().unwrap_or_else(|| sighting.failure_text().to_owned())
    }

    fn try_for(&mut self, sightings: &[Check]) {
        self.tried.extend(sightings);
    }

    fn see(
        &mut self,
        sighting: Check,
        request_id: Option<RequestId>,
        words: impl FnOnce() -> String,
    ) {
        self.tried.insert(sighting);
        self.seen.entry(sighting).or_default().add(request_id.map(|id| id.to_string()), words);
    }

    fn slip(&mut self, sightings: &[Check], words: &str) {
        for sighting in sightings {
            self.tried.insert(*sighting);
            self.slips.insert(*sighting, words.to_owned());
        }
    }

    /// Whether the callback to a call arrived within the limit. If not, records the deviation.
    fn is_in_time(
        &mut self,
        request_id: RequestId,
        at: DateTime<Utc>,
        sightings: &[Check],
    ) -> bool {
        let Some(taken_at) = self.taken.remove(&request_id) else { return true };
        let silence = at - taken_at;
        if silence > SILENCE_MAX {
            let words = format!("the callback came after {} s", silence.num_seconds());
            self.slip(sightings, &words);
        }
        silence <= SILENCE_MAX
    }
}
