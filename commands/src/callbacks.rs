//! Messages from the gateway, understood.
//!
//! One file a kind: the wire shape, what it means, and what becomes of it. Unknown members are
//! ignored and `null` is the same as absent, because the gateway's messages vary.

pub mod answer;
mod consent_notify;
mod discover;
mod health_information_request;
mod link_confirm;
mod link_init;
mod on_carecontext;
mod on_generate_token;
mod on_notify;
mod patient_share;
mod patient_status;
mod unreadable;
pub mod wire;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::care_context::CareContext;
use hip_domain::consent::GrantedCareContext;
use hip_domain::id::{ErrorCode, EventId, SubjectId};
use hip_domain::inbound::{CallbackKind, InboundCommand, Owed, Received};

use crate::provider::Provider;
use crate::task::{Cause, TaskError};

/// A message to understand.
pub struct Incoming<'a> {
    /// What is known of it without reading it.
    pub received: &'a Received,
    /// Its body.
    pub body: &'a str,
    /// Why it is looked at: the event that stored it, or that wants it replayed; its subject is the
    /// message's own.
    pub cause: &'a Cause,
    /// The event that stored it. What a message leads to is named after this one, however often it is
    /// looked at.
    pub stored_by: EventId,
    /// When it was stored.
    pub recorded_at: DateTime<Utc>,
}

impl Incoming<'_> {
    /// The key of what a message leads to in another stream: a replay may lead to something else than
    /// what came before it, and whoever decides there knows what is so already.
    pub(crate) fn key(&self, part: &str) -> String {
        if self.cause.event_id == self.stored_by {
            return self.once(part);
        }
        format!("in:{}:{}:{part}", self.received.request_id, self.cause.event_id)
    }

    /// The key of what one message leads to once, however often it is replayed: an OTP is tried, a token
    /// is drawn.
    pub(crate) fn once(&self, part: &str) -> String {
        format!("in:{}:{part}", self.received.request_id)
    }

    /// The subject that the message has until it is known whose it is.
    pub(crate) fn own_subject(&self) -> Option<SubjectId> {
        self.cause.subject
    }
}

/// What became of a message: how its stream is closed.
pub enum Verdict {
    /// Its consequences are in the log.
    Interpreted {
        /// The answer that follows from the message alone.
        owed: Option<Owed>,
        /// The data principal it turned out to be about.
        subject: Option<SubjectId>,
    },
    /// It was understood and refused.
    Rejected {
        /// The code.
        code: ErrorCode,
        /// Why.
        reason: &'static str,
        /// The answer that carries the refusal.
        owed: Option<Owed>,
    },
    /// It does not have the shape of its kind.
    Malformed {
        /// What does not fit.
        fault: wire::Malformed,
        /// The answer that says so, when the message can be answered at all.
        owed: Option<Owed>,
    },
}

impl Verdict {
    /// Understood, about this person, and nothing is owed for it.
    pub(crate) const fn about(subject: Option<SubjectId>) -> Self {
        Self::Interpreted { owed: None, subject }
    }

    /// Not understood. What its sender is told is added when its ids can be read.
    pub(crate) const fn malformed(fault: wire::Malformed) -> Self {
        Self::Malformed { fault, owed: None }
    }

    pub(crate) fn into_command(self) -> InboundCommand {
        match self {
            Self::Interpreted { owed, .. } => InboundCommand::Interpret { owed },
            Self::Rejected { code, reason, owed } => {
                InboundCommand::Reject { code, reason: reason.to_owned(), owed }
            }
            Self::Malformed { fault: wire::Malformed { field, expected }, owed } => {
                InboundCommand::Fail { field, expected, owed }
            }
        }
    }
}

/// Understands messages. A port, although we have but one interpreter: what an earlier version of it made
/// of a message is a part of the story, and is told by another.
#[async_trait]
pub trait Interpreter: Send + Sync {
    /// Understands a message and stores what it means.
    ///
    /// # Errors
    ///
    /// It could not be understood now, or never; of the message itself the verdict speaks.
    async fn interpret(
        &self,
        provider: &Provider,
        incoming: &Incoming<'_>,
    ) -> Result<Verdict, TaskError>;
}

/// The interpreter of this version.
pub struct Today;

#[async_trait]
impl Interpreter for Today {
    async fn interpret(
        &self,
        provider: &Provider,
        incoming: &Incoming<'_>,
    ) -> Result<Verdict, TaskError> {
        interpret(provider, incoming).await
    }
}

async fn interpret(provider: &Provider, incoming: &Incoming<'_>) -> Result<Verdict, TaskError> {
    let kind = incoming.received.kind;
    let verdict = match kind {
        CallbackKind::OnGenerateToken => on_generate_token::interpret(provider, incoming).await,
        CallbackKind::OnCareContext => on_carecontext::interpret(provider, incoming).await,
        CallbackKind::Discover => discover::interpret(provider, incoming).await,
        CallbackKind::ConsentNotify => consent_notify::interpret(provider, incoming).await,
        CallbackKind::HealthInformationRequest => {
            health_information_request::interpret(provider, incoming).await
        }
        CallbackKind::LinkInit => link_init::interpret(provider, incoming).await,
        CallbackKind::LinkConfirm => link_confirm::interpret(provider, incoming).await,
        CallbackKind::ContextOnNotify | CallbackKind::SmsOnNotify => {
            on_notify::interpret(provider, incoming).await
        }
        CallbackKind::PatientShare => patient_share::interpret(provider, incoming).await,
        CallbackKind::PatientStatus => patient_status::interpret(provider, incoming).await,
    };
    Ok(match verdict? {
        Verdict::Malformed { fault, owed: None } => {
            Verdict::Malformed { fault, owed: unreadable::answer(kind, incoming.body) }
        }
        verdict @ (Verdict::Interpreted { .. }
        | Verdict::Rejected { .. }
        | Verdict::Malformed { owed: Some(_), .. }) => verdict,
    })
}

/// An answer that names no request of ours: late, foreign, or made up.
fn unknown_request() -> Verdict {
    Verdict::Rejected {
        code: ErrorCode::ours("ABDM-1030"),
        reason: "it answers no request of ours",
        owed: None,
    }
}

/// Whose consent it is: the person behind the first care context that is ours.
pub(crate) async fn subject_of(
    provider: &Provider,
    care_contexts: &[GrantedCareContext],
) -> Result<Option<SubjectId>, TaskError> {
    for care_context in care_contexts {
        let state = provider.dispatcher.load::<CareContext>(&care_context.stream).await?;
        if let Some(facts) = state.facts {
            return Ok(Some(facts.subject));
        }
    }
    Ok(None)
}
