//! User-initiated links.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::user_link::{UserLinkEvent, UserLinkFacts};

/// A change of one link.
#[derive(Debug, Clone, PartialEq)]
pub struct InitiatedLinkRequestChange {
    /// Stream of the link.
    pub stream: StreamId,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The change.
    pub what: InitiatedLinkRequestUpdate,
}

/// A change of a link.
#[derive(Debug, Clone, PartialEq)]
pub enum InitiatedLinkRequestUpdate {
    /// A patient selected care contexts.
    Initiated(UserLinkFacts),
    /// An OTP was refused; the number of remaining tries.
    Refused(u32),
    /// It reached this status.
    Reached(Status),
}

/// The status of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The OTP was sent.
    OtpSent,
    /// The OTP could not be sent.
    OtpFailed,
    /// The OTP was correct.
    Confirmed,
    /// The gateway accepted the confirmation.
    Linked,
}

impl Status {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtpSent => "otp_sent",
            Self::OtpFailed => "otp_failed",
            Self::Confirmed => "confirmed",
            Self::Linked => "linked",
        }
    }
}

/// The change that an event makes; `None` if there is none.
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
