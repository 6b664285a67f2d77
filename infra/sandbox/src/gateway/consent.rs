//! `POST /consent/v3/request/hip/on-notify`

use crate::run::clock;
use crate::wire::flow_error::HipError;
use crate::wire::message::Refusal;
use crate::wire::operation::Operation;

use super::{Case, RouteResult};

pub(super) fn acknowledge(case: &mut Case) -> RouteResult {
    let asked = case.body["response"]["requestId"].as_str().unwrap_or_default();
    let notice = case.state.consents.iter_mut().find_map(|(consent_id, record)| {
        let notice = record.notices.iter_mut().find(|notice| notice.request_id == asked)?;
        Some((consent_id, notice))
    });
    let refuse = |code, message: &str| Refusal::array(400, code, &[message.to_owned()]);
    let Some((consent_id, notice)) = notice else {
        return Err(refuse("ABDM-1052", "Invalid response.requestId")
            .breach("response.requestId is not one that was asked"));
    };
    if notice.answer.is_some() {
        let code = Operation::ConsentOnNotify.duplicate_code();
        return Err(refuse(code, "Duplicate request")
            .into_duplicate()
            .breach("one notification was acknowledged twice, under two REQUEST-IDs"));
    }
    let named = case.body["acknowledgement"]["consentId"].as_str();
    if named.is_some_and(|named| named != consent_id) {
        return Err(refuse("ABDM-1112", "Invalid or already expired consent artefact id")
            .breach("acknowledgement.consentId is not the one that was notified"));
    }
    notice.answer = Some(HipError::read(case.body).map_or(Ok(()), Err));
    notice.answered_at = Some(clock::now());
    let limit = case.world.options.deadlines.consent;
    case.breach_if_overdue(asked, limit, "a consent notification was acknowledged too late");
    Ok(vec![])
}
