//! The sections of the configuration file.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hip_commands::matching::Thresholds;
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
    /// `iss` that callbacks must show; any, when absent.
    pub issuer: Option<String>,
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
}

impl GatewaySection {
    /// Base of the older dialect's paths.
    pub(super) fn v05_base_url(&self) -> String {
        if let Some(url) = &self.v05_base_url {
            return url.clone();
        }
        let (scheme, rest) = self.base_url.split_once("://").unwrap_or(("https", &self.base_url));
        let host = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{host}/gateway")
    }
}

fn sandbox() -> String {
    "sbx".to_owned()
}

fn account() -> String {
    "account".to_owned()
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
    pub bearer: Option<bool>,
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
}

impl Default for LinkingSection {
    fn default() -> Self {
        Self { duplicate_window_s: 420, tokens_per_day_max: 3, sms_without_abha: false }
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
}

/// `[push]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushSection {
    /// Number of a transfer's first page.
    pub first_page_number: u32,
    /// Whether a push shows our session token; never over a connection that is not encrypted.
    pub bearer: bool,
    /// Addresses that may be pushed to although they are private or not https.
    pub allow: Vec<SocketAddr>,
}

impl Default for PushSection {
    fn default() -> Self {
        Self { first_page_number: 1, bearer: true, allow: vec![] }
    }
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
