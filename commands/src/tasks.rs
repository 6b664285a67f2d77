//! What is to be done because of an event.

mod error;
pub mod handlers;
mod lane;

use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_domain::care_context::CareContextFacts;
use hip_domain::hi_type::HiType;
use hip_domain::id::{
    CareContextReference, ErrorCode, EventId, FacilityId, HiuId, LinkReference, RequestId,
    SubjectId, TransactionId,
};
use hip_domain::outbound::Call;
use hip_domain::stream::StreamId;
use hip_domain::transfer::StopReason;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::port::log::{Actor, Origin};

pub use error::TaskError;
pub use lane::Lane;

/// One thing to do. It lies in the outbox, so it names things and holds nothing personal.
///
/// Every task may be done twice (a crash comes between doing and noting it down): what it leads to
/// is keyed by its cause, or decided by an aggregate that knows it already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Understand a message from the gateway.
    Interpret {
        /// The message's stream.
        inbound: StreamId,
    },
    /// Build the documents of a visit.
    BuildDocuments {
        /// The visit's stream.
        visit: StreamId,
    },
    /// Let the care context of a visit exist.
    RegisterCareContext {
        /// Its stream.
        care_context: StreamId,
        /// What it is.
        facts: CareContextFacts,
        /// What it holds.
        hi_types: Vec<HiType>,
        /// The tokens to link it with.
        link_with: Option<StreamId>,
        /// The revision of the visit.
        revision: u32,
    },
    /// Get a link token for a care context.
    NeedLinkToken {
        /// The tokens' stream.
        link_token: StreamId,
        /// Who needs it.
        care_context: StreamId,
        /// Where.
        facility: FacilityId,
        /// Whose.
        subject: SubjectId,
        /// The id that a request would carry.
        request_id: RequestId,
    },
    /// Ask for a care context to be linked, now that there is a token.
    RequestLink {
        /// The care context.
        care_context: StreamId,
        /// The tokens' stream.
        link_token: StreamId,
        /// The id that the request will carry.
        request_id: RequestId,
        /// The request that brought the token.
        issued_by: Option<RequestId>,
    },
    /// Note that the gateway refuses a link token, or is silent about it.
    RejectLinkToken {
        /// The tokens' stream.
        link_token: StreamId,
        /// The request.
        request_id: RequestId,
        /// The gateway's code, or [`NO_ANSWER`].
        code: ErrorCode,
        /// Whether the gateway took the request.
        counted: bool,
    },
    /// Note that the gateway refuses a link, or is silent about it.
    RejectLink {
        /// The care context.
        care_context: StreamId,
        /// The request.
        request_id: RequestId,
        /// The gateway's code, or [`NO_ANSWER`].
        code: ErrorCode,
    },
    /// Link a care context once more.
    RetryLink {
        /// The care context.
        care_context: StreamId,
        /// The tokens' stream.
        link_token: StreamId,
        /// The token of this request is not to be shown again.
        drop: Option<RequestId>,
        /// The id that a request for another token would carry.
        request_id: RequestId,
    },
    /// Note on a care context that there is no token for it.
    FailLink {
        /// The care context.
        care_context: StreamId,
        /// Why there is none.
        code: ErrorCode,
    },
    /// Let the patient know by text message that a care context can be found, if that is wanted.
    OfferBySms {
        /// The care context.
        care_context: StreamId,
        /// The id that the request would carry.
        request_id: RequestId,
    },
    /// Send the OTP of a link that a patient has begun.
    SendOtp {
        /// The link.
        link: LinkReference,
    },
    /// Note that the gateway has taken our yes to a link.
    MarkUserLinked {
        /// The link.
        link: LinkReference,
    },
    /// Note on a care context that the patient has linked it.
    LinkByPatient {
        /// The care context.
        care_context: StreamId,
        /// The call that told the gateway so.
        request_id: RequestId,
        /// The kinds that they chose.
        hi_types: Vec<HiType>,
    },
    /// Tell the gateway what became of the care contexts of a refused transfer.
    CloseRefused {
        /// The transfer.
        transaction: TransactionId,
    },
    /// Note on the visit that it is linked.
    MarkVisitLinked {
        /// The visit's stream.
        visit: StreamId,
        /// The care context.
        care_context: CareContextReference,
        /// The linked kinds.
        hi_types: Vec<HiType>,
    },
    /// Look for the patient of a discovery.
    FindPatient {
        /// The discovery's stream.
        discovery: StreamId,
    },
    /// Find out what a transfer will send.
    PrepareTransfer {
        /// The transfer.
        transaction: TransactionId,
    },
    /// Encrypt a page, if there is such a page and the consent still allows it.
    EncryptPage {
        /// The transfer.
        transaction: TransactionId,
        /// Which page, from 0.
        page: u32,
    },
    /// Note on the transfer that a page was taken.
    MarkPushed {
        /// The transfer.
        transaction: TransactionId,
        /// Which page, from 0.
        page: u32,
        /// HTTP status.
        status: u16,
    },
    /// Let no further page leave.
    StopTransfer {
        /// The transfer.
        transaction: TransactionId,
        /// The page that was not taken.
        page: u32,
        /// Why.
        stop: StopReason,
    },
    /// Push the pages that wait for an HIU to be trusted.
    ResumePushes {
        /// Which HIU.
        hiu: HiuId,
    },
    /// Destroy the keys of a data principal.
    Erase {
        /// Who.
        subject: SubjectId,
    },
    /// Note that nothing is left of an erased data principal, once that is so.
    FinishErasure {
        /// Who it was.
        subject: SubjectId,
    },
    /// Make a call.
    Call {
        /// The id that it carries.
        request_id: RequestId,
        /// What is called.
        call: Call,
    },
}

impl Task {
    /// A word for operators and spans.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Interpret { .. } => "interpret",
            Self::BuildDocuments { .. } => "build_documents",
            Self::RegisterCareContext { .. } => "register_care_context",
            Self::NeedLinkToken { .. } => "need_link_token",
            Self::RequestLink { .. } => "request_link",
            Self::RejectLinkToken { .. } => "reject_link_token",
            Self::RejectLink { .. } => "reject_link",
            Self::RetryLink { .. } => "retry_link",
            Self::FailLink { .. } => "fail_link",
            Self::OfferBySms { .. } => "offer_by_sms",
            Self::SendOtp { .. } => "send_otp",
            Self::MarkUserLinked { .. } => "mark_user_linked",
            Self::LinkByPatient { .. } => "link_by_patient",
            Self::CloseRefused { .. } => "close_refused",
            Self::MarkVisitLinked { .. } => "mark_visit_linked",
            Self::FindPatient { .. } => "find_patient",
            Self::PrepareTransfer { .. } => "prepare_transfer",
            Self::EncryptPage { .. } => "encrypt_page",
            Self::MarkPushed { .. } => "mark_pushed",
            Self::StopTransfer { .. } => "stop_transfer",
            Self::ResumePushes { .. } => "resume_pushes",
            Self::Erase { .. } => "erase",
            Self::FinishErasure { .. } => "finish_erasure",
            Self::Call { .. } => "call",
        }
    }
}

impl Task {
    /// How long it may take before it is broken off and done again later. Whoever holds a task renews its
    /// lease no longer than this.
    pub const fn time_max(&self) -> Duration {
        match self {
            // What the log is told, and one question to the gateway at most.
            Self::Interpret { .. }
            | Self::RegisterCareContext { .. }
            | Self::NeedLinkToken { .. }
            | Self::RequestLink { .. }
            | Self::RejectLinkToken { .. }
            | Self::RejectLink { .. }
            | Self::RetryLink { .. }
            | Self::FailLink { .. }
            | Self::OfferBySms { .. }
            | Self::SendOtp { .. }
            | Self::MarkUserLinked { .. }
            | Self::LinkByPatient { .. }
            | Self::CloseRefused { .. }
            | Self::MarkVisitLinked { .. }
            | Self::FindPatient { .. }
            | Self::MarkPushed { .. }
            | Self::StopTransfer { .. } => Duration::from_secs(60),
            // Documents with their attachments.
            Self::BuildDocuments { .. }
            | Self::PrepareTransfer { .. }
            | Self::EncryptPage { .. }
            | Self::ResumePushes { .. } => Duration::from_secs(300),
            // A page may take two minutes to leave, and its HIU three to answer.
            Self::Call { .. } => Duration::from_secs(420),
            // Everything that there is of a person, in every store.
            Self::Erase { .. } | Self::FinishErasure { .. } => Duration::from_secs(900),
        }
    }
}

/// The code of a call that the gateway took and never answered: it knows a wrong facility id, and
/// says nothing.
pub const NO_ANSWER: &str = "no-answer";

/// A task, and when its time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What to do.
    pub task: Task,
    /// Not before; nothing is at once.
    pub at: Option<DateTime<Utc>>,
}

impl Task {
    /// To be done at a time.
    pub(crate) const fn at(self, at: DateTime<Utc>) -> Planned {
        Planned { task: self, at: Some(at) }
    }
}

impl From<Task> for Planned {
    fn from(task: Task) -> Self {
        Self { task, at: None }
    }
}

/// The event that a task follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Its position.
    pub position: i64,
    /// Its id.
    pub event_id: EventId,
    /// Its conversation.
    pub correlation: Uuid,
    /// Whose data it is.
    pub subject: Option<SubjectId>,
}

impl Cause {
    /// The origin of what a task leads to.
    pub const fn origin(&self, actor: Actor) -> Origin {
        Origin {
            correlation: self.correlation,
            causation: Some(self.event_id.0),
            actor,
            subject: self.subject,
            new_subject: false,
        }
    }
}

/// A task with its cause, as the outbox holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// What to do.
    pub task: Task,
    /// Because of what.
    pub cause: Cause,
    /// Which task of that cause, from 0.
    pub ordinal: u32,
    /// Not before; nothing is at once.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

impl Due {
    /// The name of this task: whoever derives it again from the same event gets the same name.
    pub fn key(&self) -> String {
        format!("pm:{}:{}", self.cause.position, self.ordinal)
    }
}
