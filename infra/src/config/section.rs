//! The sections of the configuration file.

use std::collections::BTreeMap;
use std::net::SocketAddr;
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
    /// Base of the older dialect's paths; else `/gateway` at the host of `base_url`.
    pub v05_base_url: Option<String>,
    /// `X-CM-ID`.
    #[serde(default = "sandbox")]
    pub cm_id: String,
    /// Client id of the bridge.
    pub client_id: String,
    /// `aud` that callbacks must show.
    #[serde(default = "account")]
    pub audience: String,
    /// `iss` of which callbacks must show one; else the gateway's own.
    pub issuer: Option<Issuers>,
    /// `clientId` and `azp` that callbacks must show; empty accepts the tokens of any client.
    #[serde(default = "gateway")]
    pub callback_client: String,
    /// Seconds after its end for which a callback's bearer is still taken. The gateway sends a refused
    /// callback again a quarter of an hour later, with the bearer of the first time.
    #[serde(default = "quarter_of_an_hour")]
    pub lateness_s_max: i64,
    /// Seconds after its end for which a callback is still stored, without being acted upon.
    #[serde(default = "a_day")]
    pub late_kept_s_max: i64,
    /// Claims that a callback's bearer must have.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// File for the keys that sign callbacks; beside the embedded default's data, when absent.
    pub key_cache: Option<PathBuf>,
    /// Days for which those keys are trusted while the gateway does not give them anew.
    #[serde(default = "a_week")]
    pub keys_trusted_days: u16,
    /// File of the public key that signs consents, PEM. Without it their signatures are kept and not
    /// verified: the network has not published the key.
    pub consent_key: Option<PathBuf>,
    /// Path of the bridge URL, when it has one and no proxy takes it off: `/hospital/hip`.
    #[serde(default)]
    pub callback_prefix: String,
}

/// One issuer, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Issuers {
    /// The only one.
    One(String),
    /// Each of them; an empty list accepts any issuer.
    Any(Vec<String>),
}

/// The realm of the sandbox, as it was read from its callbacks. That of production is not published; it
/// is taken to lie on the gateway's host, as the sandbox's does.
const SANDBOX_ISSUER: &str = "https://dev.abdm.gov.in/auth/realms/central-registry";

impl GatewaySection {
    /// The issuers whose callbacks are believed.
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

    /// Base of the older dialect's paths.
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
    /// Its id in the register of facilities, where that is another.
    pub hfr_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Who is recognised in a discovery here, where that differs from `[discovery]`.
    pub discovery: Option<DiscoverySection>,
    /// Whether patients here are sent text messages, where that differs from `[linking]`.
    pub sms_without_abha: Option<bool>,
}

/// `[[hiu]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiuSection {
    /// As consents name it.
    pub id: String,
    /// Whether a push shows our session token.
    pub bearer: Option<BearerSetting>,
    /// Number of a transfer's first page.
    pub first_page_number: Option<u32>,
}

/// `[discovery]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiscoverySection {
    /// The least likeness of two names, 0 to 100.
    pub name_score_min: u8,
    /// How many years two years of birth may differ.
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
    /// Seconds between two requests for a link token of one patient; the gateway refuses one that
    /// comes within about six minutes.
    pub duplicate_window_s: u32,
    /// Requests for a link token of one patient in 24 hours; one more blocks the patient for a day.
    pub tokens_per_day_max: usize,
    /// Whether the gateway sends a text message to a patient whose ABHA address we do not know.
    pub sms_without_abha: bool,
    /// Seconds after a link before the gateway is told of news: it refuses them for some 25 seconds.
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
    /// Seconds for which a request waits for a consent whose notification is late.
    pub consent_wait_s: u32,
    /// Seconds from request to last page; the network allows 20 minutes.
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
    /// File of the key-encryption key, when `HIP_KEK` is not set.
    pub file: Option<PathBuf>,
    /// Files of older key-encryption keys: they unwrap what they have wrapped, and wrap nothing any more.
    #[serde(default)]
    pub older_files: Vec<PathBuf>,
}

/// `[push]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushSection {
    /// Number of a transfer's first page.
    pub first_page_number: u32,
    /// Whether a push shows our session token; never over a connection that is not encrypted.
    pub bearer: BearerSetting,
    /// Addresses that may be pushed to although they are private or not https.
    pub allow: Vec<SocketAddr>,
}

impl Default for PushSection {
    fn default() -> Self {
        Self { first_page_number: 1, bearer: BearerSetting::default(), allow: vec![] }
    }
}

/// Who is shown our session token with a page.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum BearerSetting {
    /// In a word.
    Word(BearerWord),
    /// As older configurations write it: `true` is `"trusted"`, `false` is `"never"`.
    Switch(bool),
}

/// Who is shown our session token with a page.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BearerWord {
    /// HIUs that an operator trusts (`hip hiu trust`).
    Trusted,
    /// Nobody.
    Never,
    /// Everybody; refused when `HIP_ENV` is `production`.
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
    /// Whether a consent without a signature is refused; when absent, only where `HIP_ENV` is
    /// `production`.
    pub require_signature: Option<bool>,
}

/// `[rest]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestSection {
    /// Hours for which an answer is given again under its `Idempotency-Key`.
    pub idempotency_hours: u16,
}

impl RestSection {
    /// How long an answer is given again.
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
    /// Tasks at the same time.
    pub concurrency: usize,
    /// Milliseconds until the work of a process that died is taken over.
    pub lease_ms: u64,
    /// Milliseconds between looks for work whose time has come.
    pub poll_ms: u64,
}

impl Default for WorkerSection {
    fn default() -> Self {
        Self { concurrency: 16, lease_ms: 10_000, poll_ms: 250 }
    }
}
