//! The sections of the configuration file.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::Duration;

use hip_commands::patients::matching::Thresholds;
use hip_commands::settings::PushBearer;
use serde::Deserialize;

use super::ConfigError;

/// `[gateway]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// Base of all paths.
    pub base_url: String,
    /// Base of the v0.5 paths; else `/gateway` at the host of `base_url`.
    pub v05_base_url: Option<String>,
    /// `X-CM-ID`.
    #[serde(default = "sandbox")]
    pub cm_id: String,
    /// Client id of the bridge.
    pub client_id: String,
    /// Required `aud` of callbacks.
    #[serde(default = "account")]
    pub audience: String,
    /// Accepted `iss` of callbacks; else the gateway's own.
    pub issuer: Option<Issuers>,
    /// Required `clientId` and `azp` of callbacks; empty accepts the tokens of any client.
    #[serde(default = "gateway")]
    pub callback_client: String,
    /// Seconds after its expiry for which a callback's bearer is still accepted. The gateway resends a rejected
    /// callback a quarter of an hour later, with the original bearer.
    #[serde(default = "quarter_of_an_hour")]
    pub lateness_s_max: i64,
    /// Seconds after its expiry for which a callback is still stored, but not processed.
    #[serde(default = "a_day")]
    pub late_kept_s_max: i64,
    /// Claims that a callback's bearer must have.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// File for the keys that sign callbacks; if unset, a file beside the embedded default's data.
    pub key_cache: Option<PathBuf>,
    /// Days for which those keys are trusted while they cannot be fetched again.
    #[serde(default = "a_week")]
    pub keys_trusted_days: u16,
    /// File of the public key that signs consents, PEM. Without it the signatures are stored but not
    /// verified: the network has not published the key.
    pub consent_key: Option<PathBuf>,
    /// Path of the bridge URL, if it has one and no proxy removes it: `/hospital/hip`.
    #[serde(default)]
    pub callback_prefix: String,
}

/// One issuer, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Issuers {
    /// A single issuer.
    One(String),
    /// A list of issuers; an empty list accepts any issuer.
    Any(Vec<String>),
}

/// The issuer of the sandbox, as seen in its callbacks. That of production is not published; it
/// is assumed to be on the gateway's host, as in the sandbox.
const SANDBOX_ISSUER: &str = "https://dev.abdm.gov.in/auth/realms/central-registry";

impl GatewaySection {
    /// The accepted issuers of callbacks.
    pub(super) fn issuers(&self) -> Vec<String> {
        match &self.issuer {
            Some(Issuers::One(issuer)) => vec![issuer.clone()],
            Some(Issuers::Any(issuers)) => issuers.clone(),
            None => {
                let own = format!("{}/auth/realms/central-registry", self.origin());
                let is_production = self.cm_id == "abdm";
                let sandbox = (!is_production && own != SANDBOX_ISSUER).then_some(SANDBOX_ISSUER);
                std::iter::once(own).chain(sandbox.map(str::to_owned)).collect()
            }
        }
    }

    /// Scheme and host of the gateway.
    fn origin(&self) -> String {
        let (scheme, rest) = self.base_url.split_once("://").unwrap_or(("https", &self.base_url));
        format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
    }

    /// Base of the v0.5 paths.
    pub(super) fn v05_base_url(&self) -> String {
        if let Some(url) = &self.v05_base_url {
            return url.clone();
        }
        format!("{}/gateway", self.origin())
    }
}

fn sandbox() -> String {
    "sbx".to_owned()
}

fn account() -> String {
    "account".to_owned()
}

fn gateway() -> String {
    "gateway".to_owned()
}

const fn a_week() -> u16 {
    7
}

const fn quarter_of_an_hour() -> i64 {
    900
}

const fn a_day() -> i64 {
    86_400
}

/// `[[facility]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilitySection {
    /// Its service id.
    pub id: String,
    /// Its id in the Health Facility Registry, if different.
    pub hfr_id: Option<String>,
    /// Its display name.
    pub name: String,
    /// Settings of discovery at this facility, if different from `[discovery]`.
    pub discovery: Option<DiscoverySection>,
    /// Whether text messages are sent to patients of this facility, if different from `[linking]`.
    pub sms_without_abha: Option<bool>,
}

/// `[[hiu]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiuSection {
    /// The id of the HIU, as in consents.
    pub id: String,
    /// Whether a push carries our session token.
    pub bearer: Option<BearerSetting>,
    /// Number of the first page of a transfer.
    pub first_page_number: Option<u32>,
}

/// `[discovery]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiscoverySection {
    /// Minimum similarity of two names, 0 to 100.
    pub name_score_min: u8,
    /// Maximum difference of two years of birth.
    pub year_tolerance: u16,
}

impl DiscoverySection {
    pub(super) const fn thresholds(&self) -> Thresholds {
        Thresholds { name_score_min: self.name_score_min, year_tolerance: self.year_tolerance }
    }
}

impl Default for DiscoverySection {
    fn default() -> Self {
        Self { name_score_min: 85, year_tolerance: 2 }
    }
}

/// `[linking]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkingSection {
    /// Minimum seconds between two requests for a link token of one patient; the gateway rejects one that
    /// comes within about six minutes.
    pub duplicate_window_s: u32,
    /// Requests for a link token of one patient in 24 hours; one more blocks the patient for a day.
    pub tokens_per_day_max: usize,
    /// Whether the gateway sends a text message to a patient whose ABHA address is not known.
    pub sms_without_abha: bool,
    /// Seconds after a link before the gateway is notified of new records: it rejects them for some 25 seconds.
    pub news_after_link_s: u32,
}

impl Default for LinkingSection {
    fn default() -> Self {
        Self {
            duplicate_window_s: 420,
            tokens_per_day_max: 3,
            sms_without_abha: false,
            news_after_link_s: 30,
        }
    }
}

/// `[transfer]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransferSection {
    /// Seconds for which a request waits for a late consent notification.
    pub consent_wait_s: u32,
    /// Seconds from the request to the last page; the network allows 20 minutes.
    pub time_s: u32,
}

impl Default for TransferSection {
    fn default() -> Self {
        Self { consent_wait_s: 30, time_s: 1200 }
    }
}

/// `[keys]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSection {
    /// File of the key-encryption key, if `HIP_KEK` is not set.
    pub file: Option<PathBuf>,
    /// Files of older key-encryption keys: they only unwrap data keys that they wrapped.
    #[serde(default)]
    pub older_files: Vec<PathBuf>,
}

/// `[push]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushSection {
    /// Number of the first page of a transfer.
    pub first_page_number: u32,
    /// How many pages may be on their way at the same time: of a transfer, and to one host.
    pub pages_at_once: NonZeroU8,
    /// Whether a push carries our session token; never over an unencrypted connection.
    pub bearer: BearerSetting,
    /// Addresses that are allowed as push targets although they are private or not https.
    pub allow: Vec<SocketAddr>,
}

impl Default for PushSection {
    fn default() -> Self {
        Self {
            first_page_number: 1,
            pages_at_once: NonZeroU8::new(4).expect("4 is not 0"),
            bearer: BearerSetting::default(),
            allow: vec![],
        }
    }
}

/// HIUs to which a page carries our session token.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum BearerSetting {
    /// As a word.
    Word(BearerWord),
    /// As older configurations write it: `true` means `"trusted"`, `false` means `"never"`.
    Switch(bool),
}

/// HIUs to which a page carries our session token.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BearerWord {
    /// HIUs that an operator trusts (`hip hiu trust`).
    Trusted,
    /// No HIU.
    Never,
    /// Every HIU; rejected if `HIP_ENV` is `production`.
    Always,
}

impl Default for BearerSetting {
    fn default() -> Self {
        Self::Word(BearerWord::Trusted)
    }
}

impl From<BearerSetting> for PushBearer {
    fn from(setting: BearerSetting) -> Self {
        match setting {
            BearerSetting::Word(BearerWord::Trusted) | BearerSetting::Switch(true) => Self::Trusted,
            BearerSetting::Word(BearerWord::Never) | BearerSetting::Switch(false) => Self::Never,
            BearerSetting::Word(BearerWord::Always) => Self::Always,
        }
    }
}

/// `[consent]`
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentSection {
    /// Whether a consent without a signature is rejected; by default only if `HIP_ENV` is
    /// `production`.
    pub require_signature: Option<bool>,
}

/// `[rest]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestSection {
    /// Hours for which an answer is repeated for the same `Idempotency-Key`.
    pub idempotency_hours: u16,
}

impl RestSection {
    /// How long answers are kept.
    pub fn answers_kept(&self) -> Duration {
        Duration::from_secs(u64::from(self.idempotency_hours) * 3600)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if (1..=720).contains(&self.idempotency_hours) {
            Ok(())
        } else {
            Err(ConfigError::RestHours)
        }
    }
}

impl Default for RestSection {
    fn default() -> Self {
        Self { idempotency_hours: 24 }
    }
}

/// `[worker]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSection {
    /// Tasks that run at the same time.
    pub concurrency: usize,
    /// Milliseconds until the work of a dead process is taken over.
    pub lease_ms: u64,
    /// Milliseconds between polls for due work.
    pub poll_ms: u64,
}

impl Default for WorkerSection {
    fn default() -> Self {
        Self { concurrency: 16, lease_ms: 10_000, poll_ms: 5_000 }
    }
}
