//! `POST /patient-share/v3/on-share`

use crate::state::share::QueueToken;
use crate::wire::flow_error::HipError;
use crate::wire::message::Refusal;
use crate::wire::operation::Operation;

use super::discovery::{second_answer, unknown_question};
use super::{Case, RouteResult};

pub(super) fn answer(case: &mut Case) -> RouteResult {
    let asked = case.body["response"]["requestId"].as_str().unwrap_or_default();
    let record = case.state.shares.get_mut(asked).ok_or_else(unknown_question)?;
    if record.facility != case.facility {
        return Err(Refusal::object(400, "ABDM-1035", "Invalid HIP ID")
            .breach("X-HIP-ID is not the facility that was asked"));
    }
    if record.answer.is_some() {
        return Err(second_answer(Operation::OnShare));
    }
    if let Some(error) = HipError::read(case.body) {
        record.answer = Some(Err(error));
        in_time(case, asked);
        return Ok(vec![]);
    }
    let acknowledgement = &case.body["acknowledgement"];
    let profile = &acknowledgement["profile"];
    let refuse =
        |rule: &str| Refusal::object(400, "ABDM-1041", "Invalid acknowledgement").breach(rule);
    if acknowledgement["abhaAddress"] != record.abha_address.as_str() {
        return Err(refuse("acknowledgement.abhaAddress is not who shared the profile"));
    }
    if profile["context"] != record.counter.as_str() {
        return Err(refuse("acknowledgement.profile.context is not the counter that was scanned"));
    }
    record.answer = Some(Ok(QueueToken {
        abha_address: record.abha_address.clone(),
        context: record.counter.clone(),
        token_number: profile["tokenNumber"].as_str().unwrap_or_default().to_owned(),
        expiry_s: profile["expiry"].as_u64().unwrap_or_default(),
        request_id: asked.to_owned(),
    }));
    in_time(case, asked);
    Ok(vec![])
}

fn in_time(case: &mut Case, asked: &str) {
    let limit = case.world.options.deadlines.share;
    case.breach_if_overdue(asked, limit, "a share was answered after the app had given up");
}
