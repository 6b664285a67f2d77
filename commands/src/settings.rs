//! What an operator decides.

use std::sync::Arc;

use abdm_fhir::{BuildPolicy, CodeMap, DischargeRule, Earlier, NoCodes, Rules};
use chrono::TimeDelta;
use hip_domain::id::{FacilityId, HiuId};
use hip_domain::inbound::BearerCheck;
use hip_domain::link_token::TokenLimits;
use hip_domain::otp_limit::OtpLimits;

use crate::accountability::erasure::Policy;
use crate::patients::matching::Thresholds;

/// A facility that this process serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// The service id that it had first: the log is kept under it.
    pub id: FacilityId,
    /// Its service id now, as `bridge-services` lists it.
    pub service_id: FacilityId,
    /// Service ids that it has had in between, and callbacks may still name.
    pub former_ids: Vec<FacilityId>,
    /// Its id in the register of facilities, where that is another: a second bridge of a facility gets a
    /// service id with a suffix.
    pub hfr_id: Option<FacilityId>,
    /// Its name, as patients know it.
    pub name: String,
    /// From where on a discovery takes two people for one; what holds for all, when absent.
    pub thresholds: Option<Thresholds>,
    /// Whether its patients are sent text messages; what holds for all, when absent.
    pub sms_without_abha: Option<bool>,
}

/// What an operator knows of one HIU: peers differ, and none of it can be read off its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiuProfile {
    /// Whose profile it is, as consents name it.
    pub id: HiuId,
    /// Whether a push shows our session token.
    pub push_bearer: PushBearer,
    /// Number of the first page of a data push.
    pub first_page_number: u32,
}

/// Which HIUs are shown our session token. Whoever has it can act as our bridge for twenty minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PushBearer {
    /// Those that an operator trusts, over https.
    #[default]
    Trusted,
    /// Nobody.
    Never,
    /// Whoever is pushed to over https. Anybody can name a push address: not for production.
    Always,
}

/// How the documents of visits are built.
#[derive(Debug, Clone)]
pub struct BundleSettings {
    /// Which visits yield a discharge summary.
    pub discharge: DischargeRule,
    /// Codes for medicines and vaccines that come without.
    pub codes: Arc<dyn CodeMap>,
    /// Another version of the national guide than the one that is built in.
    pub rules: Option<Arc<Rules>>,
}

impl BundleSettings {
    /// The rules that documents are checked by.
    pub fn rules(&self) -> &Rules {
        self.rules.as_deref().unwrap_or_else(|| Rules::nrces())
    }

    /// The policy of one build.
    pub fn policy<'p>(&'p self, earlier: Option<Earlier<'p>>) -> BuildPolicy<'p> {
        BuildPolicy {
            discharge: self.discharge,
            codes: self.codes.as_ref(),
            earlier,
            rules: self.rules(),
        }
    }
}

impl Default for BundleSettings {
    fn default() -> Self {
        Self { discharge: DischargeRule::default(), codes: Arc::new(NoCodes), rules: None }
    }
}

/// What an operator decides about the provider's behaviour.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The facilities that this process serves.
    pub facilities: Vec<Facility>,
    /// HIUs that are not like the others.
    pub hius: Vec<HiuProfile>,
    /// Number of the first page of a data push: peers disagree between 0 and 1.
    pub first_page_number: u32,
    /// Whether a push shows our session token: some HIUs want it, others never look.
    pub push_bearer: PushBearer,
    /// From where on a discovery takes two people for one, where the facility says nothing else.
    pub thresholds: Thresholds,
    /// How often the gateway may be asked for a link token.
    pub token_limits: TokenLimits,
    /// How often one-time passwords may be sent and tried.
    pub otp: OtpLimits,
    /// Whether the gateway sends a text message to a patient whose ABHA address we do not know, where
    /// the facility says nothing else.
    pub sms_without_abha: bool,
    /// How documents are built.
    pub bundle: BundleSettings,
    /// Who is erased, and what has to be kept.
    pub erasure: Policy,
    /// Whether a consent without a signature is refused.
    pub require_consent_signature: bool,
    /// How long a request waits for a consent whose notification is late.
    pub consent_wait: TimeDelta,
    /// How long after a link the gateway is told of news.
    pub news_after_link: TimeDelta,
    /// How long a transfer may take; the network gives it 20 minutes.
    pub transfer_time: TimeDelta,
    /// Path of the bridge URL before the paths of callbacks, without slashes at its ends.
    pub callback_prefix: String,
    /// Seconds after its end for which a callback's bearer is still as good as one in time.
    pub bearer_lateness_s_max: i64,
}

impl Settings {
    /// A facility that is served here, by the id that the log has.
    pub fn facility(&self, id: &FacilityId) -> Option<&Facility> {
        self.facilities.iter().find(|facility| facility.id == *id)
    }

    /// A facility that a record system, an operator or the gateway names, by any of its ids.
    pub fn facility_named(&self, id: &FacilityId) -> Option<&Facility> {
        let by_service_id = || self.facilities.iter().find(|one| one.service_id == *id);
        let by_former_id = || self.facilities.iter().find(|one| one.former_ids.contains(id));
        let by_hfr_id = || self.facilities.iter().find(|one| one.hfr_id.as_ref() == Some(id));
        by_service_id().or_else(|| self.facility(id)).or_else(by_former_id).or_else(by_hfr_id)
    }

    /// Whether this is a service id that one of the facilities has no longer.
    pub fn is_former(&self, id: &FacilityId) -> bool {
        self.facility_named(id).is_some_and(|facility| {
            facility.service_id != *id && (facility.id == *id || facility.former_ids.contains(id))
        })
    }

    /// The id by which the network knows a facility.
    pub fn service_id<'a>(&'a self, id: &'a FacilityId) -> &'a FacilityId {
        self.facility(id).map_or(id, |facility| &facility.service_id)
    }

    /// From where on a discovery at this facility takes two people for one.
    pub fn thresholds(&self, facility: &FacilityId) -> &Thresholds {
        let own = self.facility(facility).and_then(|facility| facility.thresholds.as_ref());
        own.unwrap_or(&self.thresholds)
    }

    /// Whether the gateway sends a text message to a patient of this facility whose ABHA address we do
    /// not know.
    pub fn sms_without_abha(&self, facility: &FacilityId) -> bool {
        let own = self.facility(facility).and_then(|facility| facility.sms_without_abha);
        own.unwrap_or(self.sms_without_abha)
    }

    /// Whether a message came with a bearer that had ended too long before: it is kept, and an
    /// operator decides. Whoever got hold of an old bearer could otherwise use it for a day.
    pub const fn is_too_late(&self, bearer: &BearerCheck) -> bool {
        bearer.late_by_s > self.bearer_lateness_s_max
    }

    /// What is known of an HIU, be it only what holds for all.
    pub fn hiu(&self, id: Option<&HiuId>) -> HiuHabits {
        let profile = id.and_then(|id| self.hius.iter().find(|profile| profile.id == *id));
        HiuHabits {
            push_bearer: profile.map_or(self.push_bearer, |profile| profile.push_bearer),
            first_page_number: profile
                .map_or(self.first_page_number, |profile| profile.first_page_number),
        }
    }
}

/// How pages are sent to one HIU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiuHabits {
    /// Whether a push shows our session token.
    pub push_bearer: PushBearer,
    /// Number of the first page.
    pub first_page_number: u32,
}
