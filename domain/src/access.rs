//! Access log events. There is no aggregate: they are only recorded, and no decision depends on them.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::hi_type::HiType;
use crate::id::{CareContextReference, ClientName, Digest, FacilityId, RequestId};
use crate::inbound::CallbackKind;
use crate::stream::StreamId;

/// An access log entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum AccessEvent {
    /// A request id was reused with a different body, and the message was refused.
    #[serde(rename = "access.request_id_reused")]
    RequestIdReused {
        /// The request id.
        request_id: RequestId,
        /// SHA-256 digest of the refused body.
        digest: Digest,
    },
    /// A callback was refused because its facility could not be determined.
    #[serde(rename = "access.callback_unrouted")]
    CallbackUnrouted {
        /// Its `REQUEST-ID`.
        request_id: RequestId,
        /// The kind of callback.
        kind: CallbackKind,
        /// The facility that it names, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facility: Option<FacilityId>,
    },
    /// The record system reported the facility of a visit before it pushed the visit.
    #[serde(rename = "access.facility_chosen")]
    FacilityChosen {
        /// Id of the facility.
        facility: FacilityId,
        /// The visit code.
        visit: CareContextReference,
    },
    /// A document was read by a client at the facility.
    #[serde(rename = "access.record_read")]
    RecordRead {
        /// The role of the reader.
        reader: Reader,
        /// The client name of the reader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientName>,
        /// Stream of the visit.
        visit: StreamId,
        /// The health information type of the document.
        hi_type: HiType,
        /// Id of the document.
        document_id: Uuid,
    },
    /// A client read data of a patient, or its history.
    #[serde(rename = "access.person_viewed")]
    PersonViewed {
        /// The client name.
        client: ClientName,
        /// What was read.
        view: View,
        /// The stream of the resource that was read; `None` if the access was to the patient in general.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<StreamId>,
    },
    /// A client read a list that is not about one patient.
    #[serde(rename = "access.listed")]
    Listed {
        /// The client name.
        client: ClientName,
        /// The kind of list.
        listing: Listing,
        /// The filters that were used, without their values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by: Vec<Filter>,
    },
    /// A person signed in to the console.
    #[serde(rename = "access.signed_in")]
    SignedIn {
        /// The client name.
        client: ClientName,
        /// How the person showed who they are.
        via: SignInVia,
    },
    /// A person signed out of the console.
    #[serde(rename = "access.signed_out")]
    SignedOut {
        /// The client name.
        client: ClientName,
    },
}

/// How a person showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInVia {
    /// With the key of the client.
    Key,
}

/// A kind of access to data of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// The audit report: who received the records.
    Audit,
    /// The search for visits.
    Search,
    /// The preview or the state of an erasure.
    Erasure,
    /// The state of a visit.
    Visit,
    /// A care context.
    CareContext,
    /// The explanation why a record is not visible.
    Explanation,
    /// The state of a link.
    Link,
    /// The state of the link tokens.
    LinkToken,
    /// A link token was returned. Its claims contain the ABHA number.
    LinkTokenGiven,
    /// A consent.
    Consent,
    /// A transfer under a consent.
    Transfer,
    /// A callback and its effects.
    Callback,
    /// The events of a stream.
    Events,
}

impl View {
    /// The name in the log and in responses.
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

/// A list with data of many patients. Each patient is shown by a pseudonym or by an id of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// Visits.
    Visits,
    /// Care contexts.
    CareContexts,
    /// Consents.
    Consents,
    /// Transfers.
    Transfers,
    /// Messages from the gateway.
    Callbacks,
    /// Visits to fetch.
    VisitJobs,
    /// Items of replay orders.
    ReplayItems,
    /// The result of a replay dry run.
    Rehearsal,
    /// Events of the log.
    Events,
    /// The access log.
    Accesses,
    /// Discoveries, and their results with other thresholds.
    Discoveries,
}

impl Listing {
    /// The name in the log and in responses.
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

/// A filter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// The facility.
    Facility,
    /// The state of an item.
    Status,
    /// Its kind.
    Kind,
    /// Its stream.
    Stream,
    /// The time or the position in the log.
    Period,
    /// The replay order, or the named messages.
    Named,
}

impl Filter {
    /// The name in the log and in responses.
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

/// The role of the reader of a document, as authenticated by the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The medical record system.
    RecordSystem,
    /// An auditor.
    Auditor,
}

impl Reader {
    /// The role in words, for auditors.
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::RecordSystem => "record system",
            Self::Auditor => "auditor",
        }
    }
}
