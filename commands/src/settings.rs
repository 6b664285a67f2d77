//! The settings of the application layer.

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
    /// Its first service id. It identifies the facility in the log.
    pub id: FacilityId,
    /// Its current service id, as `bridge-services` lists it.
    pub service_id: FacilityId,
    /// Earlier service ids that callbacks may still contain.
    pub former_ids: Vec<FacilityId>,
    /// Its HFR id, if different from the service id: a facility with a second bridge gets a service id with a suffix.
    pub hfr_id: Option<FacilityId>,
    /// Its name, as shown to patients.
    pub name: String,
    /// Thresholds for matching patients; the default of the service if absent.
    pub thresholds: Option<Thresholds>,
    /// Whether its patients are sent text messages; the default of the service if absent.
    pub sms_without_abha: Option<bool>,
}

/// Settings for one HIU. HIUs differ, and their requests do not show how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiuProfile {
    /// The HIU's id, as consents name it.
    pub id: HiuId,
    /// When to send the session token with a push.
    pub push_bearer: PushBearer,
    /// Number of the first page of a data push.
    pub first_page_number: u32,
}

/// Which HIUs receive the session token with a push. With the token a party can act as this bridge for 20 minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PushBearer {
    /// HIUs that an operator trusts, over https.
    #[default]
    Trusted,
    /// No HIU.
    Never,
    /// Every HIU, over https. Anybody can name a push URL, so do not use this in production.
    Always,
}

/// Settings for building the documents of visits.
#[derive(Debug, Clone)]
pub struct BundleSettings {
    /// Which visits get a discharge summary.
    pub discharge: DischargeRule,
    /// Codes for medicines and vaccines that have none.
    pub codes: Arc<dyn CodeMap>,
    /// A version of the national guide that replaces the built-in one.
    pub rules: Option<Arc<Rules>>,
}

impl BundleSettings {
    /// The rules for validating documents.
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

/// Settings of the application layer.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The facilities that this process serves.
    pub facilities: Vec<Facility>,
    /// Per-HIU overrides.
    pub hius: Vec<HiuProfile>,
    /// Number of the first page of a data push. HIUs disagree whether it is 0 or 1.
    pub first_page_number: u32,
    /// How many pages of a transfer may be on their way at the same time.
    pub pages_at_once: u32,
    /// When to send the session token with a push. Some HIUs require it, others ignore it.
    pub push_bearer: PushBearer,
    /// Default thresholds for matching patients.
    pub thresholds: Thresholds,
    /// Limits for requesting link tokens from the gateway.
    pub token_limits: TokenLimits,
    /// Limits for sending and trying one-time passwords.
    pub otp: OtpLimits,
    /// Default for sending a text message to patients whose ABHA address is not known.
    pub sms_without_abha: bool,
    /// Settings for building documents.
    pub bundle: BundleSettings,
    /// The rules for erasure and retention.
    pub erasure: Policy,
    /// Whether an unsigned consent is refused.
    pub require_consent_signature: bool,
    /// How long a request waits for a consent whose notification is late.
    pub consent_wait: TimeDelta,
    /// How long after a link the gateway is notified of changes.
    pub news_after_link: TimeDelta,
    /// The maximum duration of a transfer; the network gives it 20 minutes.
    pub transfer_time: TimeDelta,
    /// Path of the bridge URL before the callback paths, without slashes at its ends.
    pub callback_prefix: String,
    /// How many seconds after its expiry the bearer of a callback is still accepted.
    pub bearer_lateness_s_max: i64,
}

impl Settings {
    /// The facility with this id in the log.
    pub fn facility(&self, id: &FacilityId) -> Option<&Facility> {
        self.facilities.iter().find(|facility| facility.id == *id)
    }

    /// The facility with this id, which may be any of its ids.
    pub fn facility_named(&self, id: &FacilityId) -> Option<&Facility> {
        let by_service_id = || self.facilities.iter().find(|one| one.service_id == *id);
        let by_former_id = || self.facilities.iter().find(|one| one.former_ids.contains(id));
        let by_hfr_id = || self.facilities.iter().find(|one| one.hfr_id.as_ref() == Some(id));
        by_service_id().or_else(|| self.facility(id)).or_else(by_former_id).or_else(by_hfr_id)
    }

    /// Whether this is a service id that one of the facilities no longer has.
    pub fn is_former(&self, id: &FacilityId) -> bool {
        self.facility_named(id).is_some_and(|facility| {
            facility.service_id != *id && (facility.id == *id || facility.former_ids.contains(id))
        })
    }

    /// The current service id of a facility.
    pub fn service_id<'a>(&'a self, id: &'a FacilityId) -> &'a FacilityId {
        self.facility(id).map_or(id, |facility| &facility.service_id)
    }

    /// The matching thresholds of a facility.
    pub fn thresholds(&self, facility: &FacilityId) -> &Thresholds {
        let own = self.facility(facility).and_then(|facility| facility.thresholds.as_ref());
        own.unwrap_or(&self.thresholds)
    }

    /// Whether patients of this facility without a known ABHA address get a text message.
    pub fn sms_without_abha(&self, facility: &FacilityId) -> bool {
        let own = self.facility(facility).and_then(|facility| facility.sms_without_abha);
        own.unwrap_or(self.sms_without_abha)
    }

    /// Whether a message has a bearer that expired too long ago. The message is stored and waits for an operator;
    /// otherwise a stolen bearer could be used for a day.
    pub const fn is_too_late(&self, bearer: &BearerCheck) -> bool {
        bearer.late_by_s > self.bearer_lateness_s_max
    }

    /// The settings for an HIU, or the defaults if it has none.
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
    /// When to send the session token with a push.
    pub push_bearer: PushBearer,
    /// Number of the first page of a data push.
    pub first_page_number: u32,
}
