//! The sections of the configuration file.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// `[gateway]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// Base of all paths.
    pub base_url: String,
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
    /// Seconds after its end for which a callback's bearer is still taken.
    #[serde(default = "quarter_of_an_hour")]
    pub lateness_s_max: i64,
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

/// `[[facility]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilitySection {
    /// Its service id.
    pub id: String,
    /// Its name.
    pub name: String,
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
    /// Addresses that may be pushed to although they are private or not https.
    pub allow: Vec<SocketAddr>,
}

impl Default for PushSection {
    fn default() -> Self {
        Self { first_page_number: 1, allow: vec![] }
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
