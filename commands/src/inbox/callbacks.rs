//! Messages from the gateway, understood.
//!
//! One file a kind: the wire shape, what it means, and what becomes of it. Unknown members are
//! ignored and `null` is the same as absent, because the gateway's messages vary.

pub mod answer;
mod consent_notify;
mod discover;
mod health_information_request;
mod incoming;
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
use hip_domain::id::ErrorCode;
use hip_domain::inbound::CallbackKind;

pub use incoming::{Incoming, Verdict};

use crate::provider::{Interpreter, Provider};
use crate::tasks::TaskError;

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
