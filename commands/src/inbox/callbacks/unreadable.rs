//! The reply to a message that could not be parsed, if its ids can be read.

use hip_domain::id::{ConsentId, TransactionId};
use hip_domain::inbound::{CallbackKind, DirectReply};
use serde_json::Value;

use super::wire::readable;
use crate::operations::abdm_error::OwnCode;

/// `None` for kinds that get no reply, and if the ids cannot be read.
pub(super) fn answer(kind: CallbackKind, body: &str) -> Option<DirectReply> {
    let body: Value = serde_json::from_str(&readable(body)).unwrap_or_default();
    let text = |pointer: &str| body.pointer(pointer)?.as_str().map(str::to_owned);
    let transaction = || TransactionId::parse(text("/transactionId")?).ok();
    let invalid = OwnCode::MalformedMessage.into();
    Some(match kind {
        CallbackKind::Discover => {
            let error = OwnCode::NobodyFound.into();
            DirectReply::OnDiscover { transaction: transaction()?, error }
        }
        CallbackKind::LinkInit => {
            DirectReply::LinkOnInit { transaction: transaction()?, error: invalid }
        }
        CallbackKind::LinkConfirm => DirectReply::LinkOnConfirm { error: invalid },
        CallbackKind::ConsentNotify => {
            let consent_id = ConsentId::parse(text("/notification/consentId")?).ok()?;
            DirectReply::ConsentOnNotify { consent_id, error: Some(invalid) }
        }
        CallbackKind::HealthInformationRequest => {
            let error = OwnCode::UnusableTransferRequest.into();
            DirectReply::OnRequest { transaction: transaction()?, error }
        }
        CallbackKind::PatientShare => DirectReply::OnShare { error: invalid },
        CallbackKind::OnGenerateToken
        | CallbackKind::OnCareContext
        | CallbackKind::ContextOnNotify
        | CallbackKind::SmsOnNotify
        | CallbackKind::PatientStatus => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_with_readable_ids_is_always_answered() {
        let body = r#"{"transactionId":"7d0f0000-0000-4000-8000-000000000001","patient":7,
            "notification":{"consentId":"e2c40000-0000-4000-8000-000000000002","x":[]}}"#;
        for kind in CallbackKind::ALL {
            let is_question = matches!(
                kind,
                CallbackKind::Discover
                    | CallbackKind::LinkInit
                    | CallbackKind::LinkConfirm
                    | CallbackKind::ConsentNotify
                    | CallbackKind::HealthInformationRequest
                    | CallbackKind::PatientShare
            );
            assert_eq!(answer(kind, body).is_some(), is_question, "{kind:?}");
        }
        assert_eq!(answer(CallbackKind::Discover, "{}"), None);
        assert_eq!(answer(CallbackKind::ConsentNotify, r#"{"notification":[]}"#), None);
    }
}
