//! The second half of user-initiated linking: on-init and on-confirm.

use crate::run::clock;
use crate::state::link::LinkReference;
use crate::wire::flow_error::HipError;
use crate::wire::message::Refusal;
use crate::wire::operation::Operation;

use super::discovery::{second_answer, unknown_question};
use super::{Case, RouteResult, groups};

/// `POST /user-initiated-linking/v3/link/care-context/on-init`
pub(super) fn on_init(case: &mut Case) -> RouteResult {
    let asked = case.body["response"]["requestId"].as_str().unwrap_or_default();
    let record = case
        .state
        .inits
        .get_mut(asked)
        .filter(|record| case.body["transactionId"] == record.transaction_id.as_str())
        .ok_or_else(unknown_question)?;
    if record.answer.is_some() {
        return Err(second_answer(Operation::OnInit));
    }
    let link = &case.body["link"];
    let expiry = link["meta"]["communicationExpiry"].as_str().and_then(clock::read_wire);
    if expiry.is_some_and(|expiry| expiry <= clock::now()) {
        case.breaches.push("link.meta.communicationExpiry is not in the future".to_owned());
    }
    let text = |member: &str| link["meta"][member].as_str().unwrap_or_default().to_owned();
    record.answer = Some(match HipError::read(case.body) {
        Some(error) => Err(error),
        None => Ok(LinkReference {
            reference_number: link["referenceNumber"].as_str().unwrap_or_default().to_owned(),
            communication_hint: text("communicationHint"),
            communication_expiry: text("communicationExpiry"),
            init_request_id: asked.to_owned(),
        }),
    });
    Ok(vec![])
}

/// `POST /user-initiated-linking/v3/link/care-context/on-confirm`. The gateway then links the care contexts.
pub(super) fn on_confirm(case: &mut Case) -> RouteResult {
    let asked = case.body["response"]["requestId"].as_str().unwrap_or_default();
    let Some(record) = case.state.confirms.get_mut(asked) else {
        return Err(unknown_question());
    };
    if record.answer.is_some() {
        return Err(second_answer(Operation::OnConfirm));
    }
    if let Some(error) = HipError::read(case.body) {
        record.answer = Some(Err(error));
        return Ok(vec![]);
    }
    groups::check(&case.body["patient"])?;
    let confirmed = groups::read(&case.body["patient"], case.facility);
    let chosen = case.state.inits.get(&record.init_request_id);
    let exact = chosen.is_some_and(|init| {
        confirmed.len() == init.chosen.len()
            && confirmed.iter().all(|one| init.chosen.iter().any(|other| other.is_same(one)))
    });
    if !exact {
        return Err(Refusal::object(400, "ABDM-1057", "Invalid Care Contexts")
            .breach("on-confirm must return exactly the care contexts chosen at init"));
    }
    if groups::repeats_a_group(&case.body["patient"]) {
        case.breaches.push("on-confirm must have one group for each hi type".to_owned());
    }
    let address = chosen.map(|init| init.abha_address.clone()).unwrap_or_default();
    record.answer = Some(Ok(confirmed.clone()));
    case.state.links.add(&address, confirmed);
    Ok(vec![])
}
