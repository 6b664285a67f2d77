//! What an error code of the network means, in words for operators.

use hip_commands::operations::abdm_error::{self, Context, Entry};
use hip_domain::id::ErrorCode;

/// The meaning of a code that came with a message or a call of this kind.
pub(super) fn of(code: Option<&str>, kind: &str) -> Option<Entry> {
    let code = ErrorCode::parse(code?).ok()?;
    Some(abdm_error::lookup(&code, context(kind)))
}

fn context(kind: &str) -> Context {
    match kind {
        "generate_token" => Context::GenerateToken,
        "on_generate_token" => Context::OnGenerateToken,
        "link_care_context" => Context::LinkCareContext,
        "on_care_context" => Context::OnCareContext,
        "context_notify" | "context_on_notify" => Context::ContextNotify,
        "sms_notify" | "sms_on_notify" => Context::SmsNotify,
        "push_page" => Context::Push,
        "discover" => Context::Discovery,
        "consent_notify" => Context::ConsentNotify,
        "health_information_request" => Context::DataFlow,
        "link_init" => Context::LinkInit,
        "link_confirm" => Context::LinkConfirm,
        "patient_share" => Context::ProfileShare,
        "patient_status" => Context::Callback,
        _ => Context::Answer,
    }
}
