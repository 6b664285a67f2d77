//! What of the network's flows is in the log of one facility.

mod calls;
mod flows;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, ErrorCode, FacilityId, RequestId, TransactionId};
use hip_domain::recorded::Recorded;
use uuid::Uuid;

use super::check::{Check, Seen};

/// A callback that comes later than this after its call has not come, by NHA's rules.
const SILENCE_MAX: TimeDelta = TimeDelta::seconds(60);

/// Reads the log, event by event, in its order. What begins before the first event that it is shown is
/// not seen: a manifest is about one run.
pub struct Ledger {
    facility: FacilityId,
    period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    seen: BTreeMap<Check, Seen>,
    tried: BTreeSet<Check>,
    /// The newest way in which something came out otherwise.
    slips: BTreeMap<Check, String>,
    /// Calls that were planned for this facility.
    ours: HashSet<RequestId>,
    /// When calls that wait for a callback were taken.
    taken: HashMap<RequestId, DateTime<Utc>>,
    /// Calls to link with a token that the gateway has sent us.
    with_token: HashSet<RequestId>,
    /// What discoveries came to, until they are answered.
    discoveries: HashMap<RequestId, Found>,
    /// What changed of a consent, until it is acknowledged.
    consents: HashMap<ConsentId, VecDeque<ConsentChange>>,
    transfers: HashMap<TransactionId, Transfer>,
    /// Confirmations that brought another OTP.
    wrong_otps: HashSet<RequestId>,
    /// Conversations that the network began with a patient's status: an erasure detaches an ABHA, too.
    leaving: HashSet<Uuid>,
}

/// What a discovery came to.
enum Found {
    /// A patient, by these, with as many care contexts to link.
    Patient {
        by: Vec<&'static str>,
        care_contexts: usize,
    },
    Nobody(ErrorCode),
}

/// What becomes of a consent.
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

    /// ABDM's word.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "GRANTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// A transfer that goes on.
struct Transfer {
    asked_at: DateTime<Utc>,
    care_contexts: usize,
    /// How it ended: whole, or why not.
    end: Option<Result<(), String>>,
}

impl Ledger {
    /// Nothing of this facility was read yet.
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

    /// Reads an event.
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

    /// From the first event that was read to the last one.
    pub(super) const fn period(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.period
    }

    pub(super) fn seen(&self, sighting: Check) -> Option<&Seen> {
        self.seen.get(&sighting)
    }

    pub(super) fn is_tried(&self, sighting: Check) -> bool {
        self.tried.contains(&sighting)
    }

    /// What came instead.
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

    /// A callback has answered a call. Notes the slip, when it is one that NHA does not count.
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
