//! Events of OTP limits.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{LinkReference, RequestId};

/// An event of an OTP limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum OtpLimitEvent {
    /// A message that will be sent was counted.
    #[serde(rename = "otp_limit.send_counted")]
    SendCounted {
        /// Reference of the link.
        link: LinkReference,
        /// Id of this message.
        attempt: Uuid,
        /// When it was counted.
        at: DateTime<Utc>,
    },
    /// The count of a message that was certainly not sent was reversed.
    #[serde(rename = "otp_limit.send_taken_back")]
    SendTakenBack {
        /// Id of the message.
        attempt: Uuid,
    },
    /// A password that will be checked was counted.
    #[serde(rename = "otp_limit.try_counted")]
    TryCounted {
        /// The request that contained it.
        request_id: RequestId,
        /// When it was received.
        at: DateTime<Utc>,
    },
    /// The attempts were reset, after a correct password or after the block ended.
    #[serde(rename = "otp_limit.tries_cleared")]
    TriesCleared {},
}
