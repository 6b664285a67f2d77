//! One entry of the error table.

use serde::Serialize;

/// What an error means, what to do, and whether to retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// ABDM's own text where it exists. It is also sent with this code.
    pub meaning: &'static str,
    /// What happened, for an operator.
    pub what: &'static str,
    /// What an operator can do.
    pub cure: &'static str,
    /// Whether and when to retry.
    pub retry: Retry,
    /// A special meaning that the code must handle.
    pub mark: Option<Mark>,
}

/// Whether and when a refused message may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// At once, and only once, after renewing what was refused: the session, the link token or the id.
    Now,
    /// Automatically, with doubling waits. The peer is unavailable or busy.
    Later {
        /// The first wait, in seconds.
        first_s: u32,
        /// The longest wait, in seconds.
        wait_s_max: u32,
    },
    /// Not before the given time. An earlier retry makes it worse.
    Hold {
        /// Seconds from the refusal.
        hold_s: u32,
    },
    /// After somebody corrected what `cure` names. An unchanged retry is refused again.
    AfterFix,
    /// Never: the conversation is over.
    Never,
    /// No retry is needed: it is already done.
    AlreadyDone,
}

impl Retry {
    /// A dependency is unavailable: from 1 s up to 5 minutes.
    pub(crate) const SOON: Self = Self::Later { first_s: 1, wait_s_max: 300 };

    /// A longer outage, or a rate limit: from 1 minute up to 30 minutes.
    pub(crate) const SLOWLY: Self = Self::Later { first_s: 60, wait_s_max: 1_800 };

    /// The gateway refuses a second token request for the same patient for about six minutes. Measured: refused until
    /// 362 s, accepted from 374 s.
    pub(super) const SEVEN_MINUTES: Self = Self::Hold { hold_s: 7 * 60 };

    /// The gateway blocks a patient for a day.
    pub(super) const A_DAY: Self = Self::Hold { hold_s: 24 * 3_600 };

    /// The rule in words, for an operator.
    pub fn as_words(self) -> String {
        match self {
            Self::Now => "at once, and once, after renewing what was refused".to_owned(),
            Self::Later { first_s, wait_s_max } => {
                format!(
                    "by itself, after {first_s} s and then in doubling waits up to {wait_s_max} s"
                )
            }
            Self::Hold { hold_s } if hold_s >= 3_600 => format!("after {} h", hold_s / 3_600),
            Self::Hold { hold_s } => format!("after {} min", hold_s / 60),
            Self::AfterFix => "after it has been mended".to_owned(),
            Self::Never => "never".to_owned(),
            Self::AlreadyDone => "no need: it is done already".to_owned(),
        }
    }
}

/// A special meaning of an error that the code must handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The peer already has this message or this reply.
    Duplicate,
    /// The session token was refused: fetch a new one and repeat once.
    SessionRefused,
    /// The link token was refused: drop it, request a new one and link again once.
    LinkTokenRefused,
    /// The demographics differ from those of the ABHA.
    DemographicMismatch,
    /// The ABHA is no longer active: drop the patient's tokens and consents.
    AbhaDeactivated,
}
