//! What was noticed at the door. No aggregate: nothing is decided on it, it is only remembered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ClientName, Digest, FacilityId, RequestId};
use crate::stream::StreamId;

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
    /// The record system said at which facility a visit takes place, before it told us of the visit.
    #[serde(rename = "access.facility_chosen")]
    FacilityChosen {
        /// Which.
        facility: FacilityId,
        /// The visit code.
        visit: CareContextReference,
    },
    /// A document was shown to somebody at the facility.
    #[serde(rename = "access.record_read")]
    RecordRead {
        /// To whom.
        reader: Reader,
        /// Who that was, by the name of their key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientName>,
        /// Of which visit.
        visit: StreamId,
        /// What kind of document.
        hi_type: HiType,
        /// Which.
        document_id: Uuid,
    },
    /// Somebody has looked at what is held of a person, or at what became of it.
    #[serde(rename = "access.person_viewed")]
    PersonViewed {
        /// Who, by the name of their key.
        client: ClientName,
        /// In which way.
        view: View,
    },
}

/// In which way somebody looks at a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// To whom their records went.
    Audit,
    /// Which visits they have had.
    Search,
    /// What there would be to erase.
    Erasure,
}

/// Who looks at a record: the part they play, as they have proved it at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The medical record system.
    RecordSystem,
    /// An auditor.
    Auditor,
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
            Self::FacilityChosen { .. } => "access.facility_chosen",
            Self::RecordRead { .. } => "access.record_read",
            Self::PersonViewed { .. } => "access.person_viewed",
        }
    }
}
