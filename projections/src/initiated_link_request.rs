//! The links that patients have begun.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::user_link::{UserLinkEvent, UserLinkFacts};

/// A change of one link.
#[derive(Debug, Clone, PartialEq)]
pub struct InitiatedLinkRequestChange {
    /// Which.
    pub stream: StreamId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: InitiatedLinkRequestUpdate,
}

/// How a link changes.
#[derive(Debug, Clone, PartialEq)]
pub enum InitiatedLinkRequestUpdate {
    /// A patient has chosen.
    Initiated(UserLinkFacts),
    /// An OTP was refused: tries that are left.
    Refused(u32),
    /// It has come so far.
    Reached(Status),
}

/// How far a link has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The OTP has left.
    OtpSent,
    /// The OTP could not be sent.
    OtpFailed,
    /// The OTP was right.
    Confirmed,
    /// The gateway has taken our yes.
    Linked,
}

impl Status {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtpSent => "otp_sent",
            Self::OtpFailed => "otp_failed",
            Self::Confirmed => "confirmed",
            Self::Linked => "linked",
        }
    }
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<InitiatedLinkRequestChange> {
    let Event::UserLink(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        UserLinkEvent::Initiated { facts } => InitiatedLinkRequestUpdate::Initiated(facts.clone()),
        UserLinkEvent::OtpIssued { .. } => return None,
        UserLinkEvent::OtpSent { .. } => InitiatedLinkRequestUpdate::Reached(Status::OtpSent),
        UserLinkEvent::OtpFailed { .. } => InitiatedLinkRequestUpdate::Reached(Status::OtpFailed),
        UserLinkEvent::Refused { tries_left, .. } => {
            InitiatedLinkRequestUpdate::Refused(*tries_left)
        }
        UserLinkEvent::Confirmed { .. } => InitiatedLinkRequestUpdate::Reached(Status::Confirmed),
        UserLinkEvent::Linked { .. } => InitiatedLinkRequestUpdate::Reached(Status::Linked),
    };
    Some(InitiatedLinkRequestChange {
        stream: recorded.stream.clone(),
        at: recorded.recorded_at,
        what,
    })
}
