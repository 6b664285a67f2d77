//! What was noticed at the door. No aggregate: nothing is decided on it, it is only remembered.

use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{Digest, RequestId};

/// What was noticed at the door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AccessEvent {
    /// A request id came again with another body, and was refused.
    #[serde(rename = "access.request_id_reused")]
    RequestIdReused {
        /// The request id.
        request_id: RequestId,
        /// SHA-256 of the body that was refused.
        digest: Digest,
    },
}

impl cqrs_es::DomainEvent for AccessEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl LogEvent for AccessEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::RequestIdReused { .. } => "access.request_id_reused",
        }
    }
}
