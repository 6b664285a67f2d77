//! What was noticed at the door. No aggregate: nothing is decided on it, it is only remembered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ClientName, Digest, FacilityId, RequestId};
use crate::inbound::CallbackKind;
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
    /// A callback was refused, because nobody could say for which of our facilities it is.
    #[serde(rename = "access.callback_unrouted")]
    CallbackUnrouted {
        /// Its `REQUEST-ID`.
        request_id: RequestId,
        /// What it is about.
        kind: CallbackKind,
        /// The facility that it names, when it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facility: Option<FacilityId>,
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
        /// At which of their things, by its stream; `None` if they were looked at themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<StreamId>,
    },
    /// Somebody has looked at a list that is not about one person.
    #[serde(rename = "access.listed")]
    Listed {
        /// Who, by the name of their key.
        client: ClientName,
        /// A list of what.
        listing: Listing,
        /// By what it was narrowed; not to which value.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by: Vec<Filter>,
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
    /// What there would be to erase, or how far that is.
    Erasure,
    /// What became of a visit.
    Visit,
    /// How a visit is known to the network.
    CareContext,
    /// Why they do not see a record.
    Explanation,
    /// How far a link has come.
    Link,
    /// Whether a link may be asked for.
    LinkToken,
    /// They were given a link token of theirs, whose claims hold the ABHA number.
    LinkTokenGiven,
    /// What they have consented to.
    Consent,
    /// What was sent under a consent.
    Transfer,
    /// A message about them, and what came of it.
    Callback,
    /// What the log has of something.
    Events,
}

impl View {
    /// As the log and answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Search => "search",
            Self::Erasure => "erasure",
            Self::Visit => "visit",
            Self::CareContext => "care-context",
            Self::Explanation => "explanation",
            Self::Link => "link",
            Self::LinkToken => "link-token",
            Self::LinkTokenGiven => "link-token-given",
            Self::Consent => "consent",
            Self::Transfer => "transfer",
            Self::Callback => "callback",
            Self::Events => "events",
        }
    }
}

/// What is listed, of many persons, each by a pseudonym or by the network's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// Visits.
    Visits,
    /// Visits, as the network knows them.
    CareContexts,
    /// Consents.
    Consents,
    /// What was sent, and to whom.
    Transfers,
    /// Messages from the gateway.
    Callbacks,
    /// Visits that are fetched.
    VisitJobs,
    /// Messages that are done again.
    ReplayItems,
    /// Messages, and what would come of them.
    Rehearsal,
    /// The log.
    Events,
    /// Who saw what.
    Accesses,
    /// Who was recognised, and who would be.
    Discoveries,
}

impl Listing {
    /// As the log and answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::CareContexts => "care-contexts",
            Self::Consents => "consents",
            Self::Transfers => "transfers",
            Self::Callbacks => "callbacks",
            Self::VisitJobs => "visit-jobs",
            Self::ReplayItems => "replay-items",
            Self::Rehearsal => "rehearsal",
            Self::Events => "events",
            Self::Accesses => "accesses",
            Self::Discoveries => "discoveries",
        }
    }
}

/// By what a list is narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// The facility.
    Facility,
    /// How it stands with an item.
    Status,
    /// Its kind.
    Kind,
    /// Its stream.
    Stream,
    /// Its time, or its place in the log.
    Period,
    /// The order that it belongs to, or the messages that were named.
    Named,
}

impl Filter {
    /// As the log and answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::Status => "status",
            Self::Kind => "kind",
            Self::Stream => "stream",
            Self::Period => "period",
            Self::Named => "named",
        }
    }
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

impl Reader {
    /// The part that was played, for an auditor to read.
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::RecordSystem => "record system",
            Self::Auditor => "auditor",
        }
    }
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
            Self::CallbackUnrouted { .. } => "access.callback_unrouted",
            Self::FacilityChosen { .. } => "access.facility_chosen",
            Self::RecordRead { .. } => "access.record_read",
            Self::PersonViewed { .. } => "access.person_viewed",
            Self::Listed { .. } => "access.listed",
        }
    }
}
