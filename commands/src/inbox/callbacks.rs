//! Interprets the callbacks of the gateway.
//!
//! Each callback kind has one file: its JSON format, its meaning and the resulting commands. Unknown members are
//! ignored, and `null` is the same as absent, because the gateway's messages vary.

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
use hip_domain::inbound::CallbackKind;

pub use incoming::{CallbackMessage, Verdict};

use crate::operations::abdm_error::OwnCode;
use crate::ports::{Interpreter, Ports};
use crate::tasks::TaskError;

/// The interpreter of this program version.
pub struct CurrentInterpreter;

#[async_trait]
impl Interpreter for CurrentInterpreter {
    async fn interpret(
        &self,
        ports: &Ports,
        incoming: &CallbackMessage<'_>,
    ) -> Result<Verdict, TaskError> {
        interpret(ports, incoming).await
    }
}

async fn interpret(ports: &Ports, incoming: &CallbackMessage<'_>) -> Result<Verdict, TaskError> {
    let kind = incoming.received.kind;
    let verdict = match kind {
        CallbackKind::OnGenerateToken => on_generate_token::interpret(ports, incoming).await,
        CallbackKind::OnCareContext => on_carecontext::interpret(ports, incoming).await,
        CallbackKind::Discover => discover::interpret(ports, incoming).await,
        CallbackKind::ConsentNotify => consent_notify::interpret(ports, incoming).await,
        CallbackKind::HealthInformationRequest => {
            health_information_request::interpret(ports, incoming).await
        }
        CallbackKind::LinkInit => link_init::interpret(ports, incoming).await,
        CallbackKind::LinkConfirm => link_confirm::interpret(ports, incoming).await,
        CallbackKind::ContextOnNotify | CallbackKind::SmsOnNotify => {
            on_notify::interpret(ports, incoming).await
        }
        CallbackKind::PatientShare => patient_share::interpret(ports, incoming).await,
        CallbackKind::PatientStatus => patient_status::interpret(ports, incoming).await,
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

/// A reply that does not match any request of this service.
fn unknown_request() -> Verdict {
    Verdict::Rejected {
        code: OwnCode::UnknownRequest.into(),
        reason: "it answers no request of ours",
        owed: None,
    }
}
