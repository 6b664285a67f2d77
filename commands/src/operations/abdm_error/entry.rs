//! What is known about an error.

use serde::Serialize;

/// What is known about an error: what happened, what to do, and whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// ABDM's own words, as far as it has some; what we say when we send this code.
    pub meaning: &'static str,
    /// What happened, for an operator.
    pub what: &'static str,
    /// What to do about it, for an operator.
    pub cure: &'static str,
    /// Whether and when the same thing may be tried again.
    pub retry: Retry,
    /// What a process has to notice beside that.
    pub mark: Option<Mark>,
}

/// Whether and when the same thing may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// At once, and once, after renewing what was refused: the session, the link token or the id.
    Now,
    /// Later by itself, each wait twice the one before. Somebody is away or busy.
    Later {
        /// The first wait, in seconds.
        first_s: u32,
        /// The longest wait, in seconds.
        wait_s_max: u32,
    },
    /// Not before so many seconds have passed; an earlier try makes it worse.
    Hold {
        /// Seconds from the refusal.
        hold_s: u32,
    },
    /// After somebody has mended what the cure names. The same again is refused again.
    AfterFix,
    /// Never: the conversation is over.
    Never,
    /// There is nothing left to do: it is so already.
    AlreadyDone,
}

impl Retry {
    /// A dependency is away: from a second up to five minutes.
    pub(crate) const SOON: Self = Self::Later { first_s: 1, wait_s_max: 300 };

    /// Something bigger is away, or we are too fast: from a minute up to half an hour.
    pub(crate) const SLOWLY: Self = Self::Later { first_s: 60, wait_s_max: 1_800 };

    /// The gateway refuses a second token request for the same patient for about six minutes,
    /// measured as refused until 362 s and taken from 374 s.
    pub(super) const SEVEN_MINUTES: Self = Self::Hold { hold_s: 7 * 60 };

    /// The gateway blocks a patient for a day.
    pub(super) const A_DAY: Self = Self::Hold { hold_s: 24 * 3_600 };

    /// In words, for an operator.
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

/// What a process has to notice about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The peer has had this message, or this answer, before.
    Duplicate,
    /// The session token is not accepted: fetch another, and repeat once.
    SessionRefused,
    /// The link token is not accepted: drop it, ask for another, and link once more.
    LinkTokenRefused,
    /// What we know of the patient is not what their ABHA says.
    DemographicMismatch,
    /// The patient's ABHA is no longer active: drop their tokens and consents.
    AbhaDeactivated,
}
