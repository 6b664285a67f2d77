//! Options of a run of the simulator.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// Options with which a [`Sandbox`](crate::Sandbox) starts.
///
/// The default is for a demo: no token limits, free ports, and redelivery of a refused callback after 965 s.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Seed of all ids, nonces, HIU keys and the client secret.
    ///
    /// The same seed gives the same ids in the same order. A HIP that has data of an earlier run treats them as
    /// repeats: use another seed for each run, or a `state_dir`, which counts its runs.
    pub seed: u64,
    /// Directory of the RSA keys and the run count. `None` keeps them only in memory.
    ///
    /// All sandboxes of one process without a directory share their RSA keys, because generating a key pair takes
    /// longer than most tests.
    pub state_dir: Option<PathBuf>,
    /// The address that all servers listen on.
    pub bind: IpAddr,
    /// The gateway's port; 0 takes a free one.
    pub gateway_port: u16,
    /// The HIU's port; 0 takes a free one.
    pub hiu_port: u16,
    /// The port of the SMS service; 0 takes a free one.
    pub sms_port: u16,
    /// When a callback that the HIP did not accept is sent again.
    pub redelivery: Redelivery,
    /// The time between the gateway's 202 and the callback that answers it.
    pub callback_delay: Duration,
    /// How long the gateway waits for the HIP to acknowledge a callback.
    pub callback_timeout: Duration,
    /// How long the PHR app and the HIU wait for an answer before they fail with `FlowError::Silence`.
    pub patience: Duration,
    /// Lifetime of a session token and of a callback's bearer token, in whole seconds. ABDM's sandbox gives 1200 s.
    pub session_lifetime: Duration,
    /// How often a link token may be requested.
    pub token_limits: TokenLimits,
    /// Time limits for answers. A later answer is a violation of the contract.
    pub deadlines: Deadlines,
    /// How long after a link the gateway refuses context/notify with ABDM-1006 in the callback. Zero by default.
    ///
    /// Measured on ABDM's sandbox: refused for some 25 s, accepted after 50 s.
    pub link_settles_after: Duration,
    /// Where the gateway reports that a link token does not match the link request.
    pub link_refusals: LinkRefusals,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            state_dir: None,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            gateway_port: 0,
            hiu_port: 0,
            sms_port: 0,
            redelivery: Redelivery::default(),
            callback_delay: Duration::from_millis(20),
            callback_timeout: Duration::from_secs(10),
            patience: Duration::from_mins(1),
            session_lifetime: Duration::from_mins(20),
            token_limits: TokenLimits::default(),
            deadlines: Deadlines::default(),
            link_settles_after: Duration::ZERO,
            link_refusals: LinkRefusals::default(),
        }
    }
}

/// When a callback without a 2xx answer is sent again, with the same REQUEST-ID and bearer token.
#[derive(Clone, Copy, Debug)]
pub struct Redelivery {
    /// Time from the end of one attempt to the next. Measured on ABDM's sandbox: 963 s and 965 s.
    pub interval: Duration,
    /// Number of attempts in total, including the first; 0 counts as 1.
    pub attempts_max: u32,
}

impl Default for Redelivery {
    fn default() -> Self {
        Self { interval: Duration::from_secs(965), attempts_max: 3 }
    }
}

/// Limits on link tokens. Off by default. Tests may set short durations.
#[derive(Clone, Copy, Debug)]
pub struct TokenLimits {
    /// Accepted requests within one [`day`](Self::day), for each pair of ABHA address and facility.
    ///
    /// The next request gets ABDM-1027 in the callback.
    pub per_day_max: Option<u32>,
    /// How long a request counts towards the limit. The real gateway uses 24 hours.
    pub day: Duration,
    /// How long the ABHA address stays blocked at all facilities after ABDM-1027.
    pub block: Duration,
    /// Within this time after the last accepted request, a request for the same pair gets ABDM-1092.
    pub duplicate_window: Option<Duration>,
}

impl TokenLimits {
    /// The limits measured on ABDM's sandbox: 3 requests a day, and 374 s between two requests.
    pub fn as_measured() -> Self {
        Self {
            per_day_max: Some(3),
            duplicate_window: Some(Duration::from_secs(374)),
            ..Self::default()
        }
    }
}

impl Default for TokenLimits {
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self { per_day_max: None, day, block: day, duplicate_window: None }
    }
}

/// Maximum time between a HIP's acknowledgement of a question and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For on-notify of a consent. After this time no data is requested (NHA's FAQ 36).
    pub consent: Duration,
    /// For on-share: the PHR app waits this long.
    pub share: Duration,
    /// From a health information request to its notify (NHA, test cases).
    pub transfer: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            consent: Duration::from_secs(60),
            share: Duration::from_secs(30),
            transfer: Duration::from_mins(20),
        }
    }
}

/// Where ABDM-1026, 1037, 1038, 1062 and 1063 of a link request are reported. Both forms were observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkRefusals {
    /// In the answer to the call, with status 400.
    #[default]
    InAnswer,
    /// In the callback, after a 202.
    InCallback,
}
