//! What is counted of one-time passwords.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::LogEvent;
use crate::id::{LinkReference, RequestId};

/// What is counted of one-time passwords.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum OtpLimitEvent {
    /// A message is about to be sent.
    #[serde(rename = "otp_limit.send_counted")]
    SendCounted {
        /// For which link.
        link: LinkReference,
        /// Names this message.
        attempt: Uuid,
        /// When.
        at: DateTime<Utc>,
    },
    /// A message that was counted was surely not sent.
    #[serde(rename = "otp_limit.send_taken_back")]
    SendTakenBack {
        /// Which.
        attempt: Uuid,
    },
    /// A password is about to be judged.
    #[serde(rename = "otp_limit.try_counted")]
    TryCounted {
        /// The request that brought it.
        request_id: RequestId,
        /// When it came.
        at: DateTime<Utc>,
    },
    /// A password was right, or the lock is over: earlier tries do not count any more.
    #[serde(rename = "otp_limit.tries_cleared")]
    TriesCleared {},
}

impl LogEvent for OtpLimitEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::SendCounted { .. } => "otp_limit.send_counted",
            Self::SendTakenBack { .. } => "otp_limit.send_taken_back",
            Self::TryCounted { .. } => "otp_limit.try_counted",
            Self::TriesCleared {} => "otp_limit.tries_cleared",
        }
    }
}
