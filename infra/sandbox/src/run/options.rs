//! Options of a run of the simulator.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// How a [`Sandbox`](crate::Sandbox) starts. The default suits a demo: everything is allowed, every
/// port is free, a refused callback comes again after sixteen minutes.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Decides every id, nonce, HIU key and the client secret.
    ///
    /// The same seed gives the same ids again, in the order they are drawn. A HIP that remembers an
    /// earlier run would take them for repeats: give such runs another seed, or a `state_dir`, which
    /// counts its runs.
    pub seed: u64,
    /// Where the RSA keys and the run count are kept; without it they end with the process.
    ///
    /// Sandboxes of one process that have no directory share their RSA keys, because making a pair
    /// takes longer than most tests.
    pub state_dir: Option<PathBuf>,
    /// The address that all servers listen on.
    pub bind: IpAddr,
    /// The gateway's port; 0 takes a free one.
    pub gateway_port: u16,
    /// The HIU's port; 0 takes a free one.
    pub hiu_port: u16,
    /// The port of the provider of text messages; 0 takes a free one.
    pub sms_port: u16,
    /// What happens to a callback that the HIP did not accept.
    pub redelivery: Redelivery,
    /// The time between the gateway's 202 and the callback that answers it.
    pub callback_delay: Duration,
    /// How long the gateway waits for the HIP to acknowledge a callback.
    pub callback_timeout: Duration,
    /// How long the PHR app and the HIU wait for an answer before they call it silence.
    pub patience: Duration,
    /// How long a session token, or a callback's bearer, is good for, in whole seconds. The sandbox
    /// gives 1200 s.
    pub session_lifetime: Duration,
    /// How often a link token may be asked for.
    pub token_limits: TokenLimits,
    /// When an answer comes so late that it breaks the contract.
    pub deadlines: Deadlines,
    /// How long after a link the gateway refuses news of it with ABDM-1006, in the callback. Measured
    /// on the sandbox: refused for some 25 s, taken after 50 s. Zero by default.
    pub link_settles_after: Duration,
    /// Where the gateway reports that a link token does not fit the link request.
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

/// When a callback is sent again that got no 2xx: the same REQUEST-ID, the same bearer.
#[derive(Clone, Copy, Debug)]
pub struct Redelivery {
    /// From the end of one attempt to the next. Measured on the sandbox: 963 s and 965 s.
    pub interval: Duration,
    /// How many attempts there are in all, the first included; at least one is made.
    pub attempts_max: u32,
}

impl Default for Redelivery {
    fn default() -> Self {
        Self { interval: Duration::from_secs(965), attempts_max: 3 }
    }
}

/// Limits on link tokens. Off by default; every duration may be as short as a test likes.
#[derive(Clone, Copy, Debug)]
pub struct TokenLimits {
    /// Accepted requests in a [`day`](Self::day), per pair of ABHA address and facility; the next
    /// one is answered by ABDM-1027 in the callback.
    pub per_day_max: Option<u32>,
    /// How long a request counts. The gateway's day has 24 hours.
    pub day: Duration,
    /// How long the ABHA address stays blocked after ABDM-1027, whichever facility asks.
    pub block: Duration,
    /// A further request within this time of the last accepted one of the same pair of ABHA address
    /// and facility is refused with ABDM-1092.
    pub duplicate_window: Option<Duration>,
}

impl TokenLimits {
    /// As the sandbox was seen to do it: three a day, and 374 s between two requests.
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
    /// For on-notify of a consent. Later, and no data is asked for (NHA's FAQ 36).
    pub consent: Duration,
    /// For on-share: so long the app shows its spinner.
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

/// Where ABDM-1026, 1037, 1038, 1062 and 1063 of a link request are reported. Both were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkRefusals {
    /// In the answer to the call, with status 400.
    #[default]
    InAnswer,
    /// In the callback, after a 202.
    InCallback,
}
