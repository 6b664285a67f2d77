//! Tasks that result from events.

mod error;
pub mod handlers;
pub mod joined;
mod lane;
mod turns;

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

use crate::log::step::Step;
use crate::port::log::{Actor, Origin};

pub use error::TaskError;
pub use handlers::ReadyCall;
pub use lane::Lane;
pub use turns::{Turn, Turns};

/// A task in the outbox. It contains ids and no personal data.
///
/// Every task may run twice, because a crash can occur before its completion is stored. Its effects have append keys
/// derived from the cause, or an aggregate ignores the repetition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Interpret a message from the gateway.
    Interpret {
        /// Stream of the message.
        inbound: StreamId,
    },
    /// Build the documents of a visit.
    BuildDocuments {
        /// Stream of the visit.
        visit: StreamId,
    },
    /// Register the care context of a visit.
    RegisterCareContext {
        /// Stream of the care context.
        care_context: StreamId,
        /// Facts about the care context.
        facts: CareContextFacts,
        /// The types of its documents.
        hi_types: Vec<HiType>,
        /// The link token stream to link it with, if any.
        link_with: Option<StreamId>,
        /// The revision of the visit.
        revision: u32,
    },
    /// Get a link token for a care context.
    NeedLinkToken {
        /// The link token stream.
        link_token: StreamId,
        /// The care context that needs it.
        care_context: StreamId,
        /// Id of the facility.
        facility: FacilityId,
        /// The patient.
        subject: SubjectId,
        /// The request id of a possible token request.
        request_id: RequestId,
    },
    /// Request the link of a care context after a token became available.
    RequestLink {
        /// Stream of the care context.
        care_context: StreamId,
        /// The link token stream.
        link_token: StreamId,
        /// The request id of the link request.
        request_id: RequestId,
        /// The request that returned the token.
        issued_by: Option<RequestId>,
    },
    /// Record that the gateway refused a token request or did not reply.
    RejectLinkToken {
        /// The link token stream.
        link_token: StreamId,
        /// The refused request.
        request_id: RequestId,
        /// The gateway's code, or that of [`OwnCode::NoAnswer`](crate::operations::abdm_error::OwnCode).
        code: ErrorCode,
        /// Whether the gateway accepted the request, so that it counts towards its limit.
        counted: bool,
    },
    /// Record that the gateway refused a link request or did not reply.
    RejectLink {
        /// Stream of the care context.
        care_context: StreamId,
        /// The refused request.
        request_id: RequestId,
        /// The gateway's code, or that of [`OwnCode::NoAnswer`](crate::operations::abdm_error::OwnCode).
        code: ErrorCode,
    },
    /// Link a care context again.
    RetryLink {
        /// Stream of the care context.
        care_context: StreamId,
        /// The link token stream.
        link_token: StreamId,
        /// Do not use the token of this request again.
        drop: Option<RequestId>,
        /// The request id of a possible token request.
        request_id: RequestId,
    },
    /// Record that there is no link token for a care context.
    FailLink {
        /// Stream of the care context.
        care_context: StreamId,
        /// The error code of the refusal.
        code: ErrorCode,
    },
    /// Notify the patient by SMS that a care context can be discovered, if configured.
    OfferBySms {
        /// Stream of the care context.
        care_context: StreamId,
        /// The request id of the SMS notification.
        request_id: RequestId,
    },
    /// Send the OTP of a user-initiated link.
    SendOtp {
        /// Reference of the link.
        link: LinkReference,
    },
    /// Record that the gateway accepted the confirmation of a user-initiated link.
    MarkUserLinked {
        /// Reference of the link.
        link: LinkReference,
    },
    /// Record on a care context that the patient linked it.
    LinkByPatient {
        /// Stream of the care context.
        care_context: StreamId,
        /// The call that confirmed the link.
        request_id: RequestId,
        /// The types that the patient selected.
        hi_types: Vec<HiType>,
    },
    /// Notify the gateway of the result of a refused transfer.
    CloseRefused {
        /// Id of the transfer.
        transaction: TransactionId,
    },
    /// Record on the visit that it is linked.
    MarkVisitLinked {
        /// Stream of the visit.
        visit: StreamId,
        /// Reference of the care context.
        care_context: CareContextReference,
        /// The linked types.
        hi_types: Vec<HiType>,
    },
    /// Search the patient of a discovery.
    FindPatient {
        /// Stream of the discovery.
        discovery: StreamId,
    },
    /// Select the documents of a transfer.
    PrepareTransfer {
        /// Id of the transfer.
        transaction: TransactionId,
    },
    /// Encrypt the pages whose turn it is, if the consent still permits it.
    EncryptPage {
        /// Id of the transfer.
        transaction: TransactionId,
        /// The page after the one that has come to its end. Its turn may be later.
        page: u32,
    },
    /// Record on the transfer that the HIU accepted a page.
    MarkPushed {
        /// Id of the transfer.
        transaction: TransactionId,
        /// Page number, from 0.
        page: u32,
        /// The HTTP status.
        status: u16,
    },
    /// Stop the transfer: no further page is sent.
    StopTransfer {
        /// Id of the transfer.
        transaction: TransactionId,
        /// The page that failed.
        page: u32,
        /// The reason.
        stop: StopReason,
    },
    /// Push the pages that wait for an HIU to be trusted.
    ResumePushes {
        /// The HIU.
        hiu: HiuId,
    },
    /// Destroy the keys of a patient.
    Erase {
        /// The subject to erase.
        subject: SubjectId,
    },
    /// Record that an erasure is complete, when all stores have deleted the data.
    FinishErasure {
        /// The erased subject.
        subject: SubjectId,
    },
    /// Send a call to the gateway or an HIU.
    Call {
        /// The request id of the call.
        request_id: RequestId,
        /// The call.
        call: Call,
    },
}

impl Task {
    /// The name of the kind, for operators and traces.
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
    /// The time limit of one attempt. After it the task is stopped and retried later. Its lease is not renewed longer
    /// than this.
    pub const fn time_max(&self) -> Duration {
        match self {
            // Appends to the log, and at most one request to the gateway.
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
            // Documents with attachments.
            Self::BuildDocuments { .. }
            | Self::PrepareTransfer { .. }
            | Self::EncryptPage { .. }
            | Self::ResumePushes { .. } => Duration::from_secs(300),
            // Sending a page may take 2 minutes, and the response of the HIU 3 minutes.
            Self::Call { .. } => Duration::from_secs(420),
            // All data of a patient in every store.
            Self::Erase { .. } | Self::FinishErasure { .. } => Duration::from_secs(900),
        }
    }
}

/// A task and its earliest time.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What to do.
    pub task: Task,
    /// Earliest time; `None` means at once.
    pub at: Option<DateTime<Utc>>,
}

impl Task {
    /// Plans this task for a later time.
    pub(crate) const fn at(self, at: DateTime<Utc>) -> Planned {
        Planned { task: self, at: Some(at) }
    }
}

impl From<Task> for Planned {
    fn from(task: Task) -> Self {
        Self { task, at: None }
    }
}

/// The event that a task results from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Position of the event.
    pub position: i64,
    /// Id of the event.
    pub event_id: EventId,
    /// The correlation id.
    pub correlation: Uuid,
    /// The patient, if known.
    pub subject: Option<SubjectId>,
}

impl Cause {
    /// The origin for events that the task appends.
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

/// A task with its cause, as stored in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// What to do.
    pub task: Task,
    /// The event that it results from.
    pub cause: Cause,
    /// Index among the tasks of this event, from 0.
    pub ordinal: u32,
    /// Earliest time; `None` means at once.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// The event that it results from is drafted: its position is not known yet, and that of the cause is an earlier
    /// one.
    #[serde(skip)]
    pub is_drafted: bool,
}

impl Due {
    /// The idempotency key of this task. It is the same each time the task is derived from the event.
    pub fn key(&self) -> String {
        if self.is_drafted {
            return format!("pm:{}:{}", self.cause.event_id, self.ordinal);
        }
        format!("pm:{}:{}", self.cause.position, self.ordinal)
    }

    /// The task's step; with [`Step::part`] one of several.
    pub(crate) fn step(&self, actor: Actor) -> Step {
        Step::new(self.key(), self.cause.origin(actor))
    }
}
