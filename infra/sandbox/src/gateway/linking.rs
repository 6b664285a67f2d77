//! HIP-initiated linking: link tokens, links, and notifications of linked care contexts.

use serde_json::{Value, json};

use crate::run::clock;
use crate::run::options::LinkRefusals;
use crate::wire::care_context::CareContext;
use crate::wire::message::Refusal;

use super::jwt::TokenError;
use super::shape::abha_number;
use super::{Case, RouteResult, callbacks, groups};

pub(super) const ON_LINK: &str = "/api/v3/link/on_carecontext";
pub(super) const ON_CONTEXT_NOTIFY: &str = "/api/v3/links/context/on-notify";
pub(super) const ON_SMS_NOTIFY: &str = "/api/v3/patients/sms/on-notify";

/// `POST /hip/v3/link/carecontext`
pub(super) fn link(case: &mut Case) -> RouteResult {
    let Some(link_token) = case.link_token else {
        return Err(Refusal::challenge().breach("X-LINK-TOKEN is missing"));
    };
    let patient = &case.body["patient"];
    if patient.as_array().is_some_and(Vec::is_empty) {
        let rule = "patient must not be empty";
        return Err(Refusal::object(400, "ABDM-9999", "Unknown error").breach(rule));
    }
    let checked = check_token(case, link_token).and_then(|()| groups::check(patient));
    if let Err(refusal) = checked {
        if case.world.options.link_refusals == LinkRefusals::InAnswer {
            return Err(refusal);
        }
        let (error, breach) = refusal.into_error();
        case.breaches.extend(breach);
        let body = json!({"error": error, "response": {"requestId": case.request_id}});
        return Ok(vec![case.call_back(ON_LINK, body)]);
    }
    let address = case.body["abhaAddress"].as_str().unwrap_or_default();
    let contexts = groups::read(patient, case.facility);
    let body = if case.state.links.add(address, contexts) == 0 {
        json!({
            "error": callbacks::error("ABDM-1056", "This care contexts has been already linked"),
            "response": {"requestId": case.request_id},
        })
    } else {
        case.state.links.note_link(address);
        json!({
            "abhaAddress": address,
            "status": "Successfully Linked care context",
            "error": null,
            "response": {"requestId": case.request_id},
        })
    };
    Ok(vec![case.call_back(ON_LINK, body)])
}

fn check_token(case: &Case, link_token: &str) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Refusal::object(400, code, message);
    let claims =
        case.world.keys.link.verify(link_token, clock::now()).map_err(|error| match error {
            TokenError::Expired => refuse("ABDM-1026", "Link token has expired"),
            TokenError::Invalid => refuse("ABDM-1026", "Invalid link token"),
        })?;
    if claims["hipId"] != case.facility {
        return Err(refuse("ABDM-1063", "HIP id does not match the link token")
            .breach("X-HIP-ID is not the link token's hipId"));
    }
    if claims["abhaAddress"] != case.body["abhaAddress"] {
        return Err(refuse("ABDM-1038", "ABHA address does not match the link token")
            .breach("abhaAddress is not the link token's"));
    }
    let given = abha_number(&case.body["abhaNumber"]);
    let transaction = claims["transactionId"].as_str().unwrap_or_default();
    let wanted = case.state.tokens.with_number.contains(transaction);
    let fits = match given {
        Some(number) => claims["abhaNumber"] == number,
        None => !wanted,
    };
    if fits {
        return Ok(());
    }
    Err(refuse("ABDM-1062", "ABHA number does not match the link token")
        .breach("abhaNumber is not the link token's, or was left out although the token has it"))
}

/// `POST /hip/v3/link/context/notify`
pub(super) fn notify(case: &mut Case) -> RouteResult {
    let notification = &case.body["notification"];
    check_hip(case, &notification["hip"]["id"])?;
    let hi_types = notification["hiTypes"].as_array().map_or(&[][..], Vec::as_slice);
    if hi_types.is_empty() {
        let rule = "notification.hiTypes must not be empty";
        return Err(Refusal::array(400, "ABDM-1006", &[rule.to_owned()]).breach(rule));
    }
    let address = notification["patient"]["id"].as_str().unwrap_or_default();
    let context = &notification["careContext"];
    let linked = case.state.links.of(address).iter().find(|linked| {
        linked.facility == case.facility
            && context["patientReference"] == linked.patient_reference.as_str()
            && context["careContextReference"] == linked.care_context_reference.as_str()
    });
    let body = if !case.state.links.is_settled(address, case.world.options.link_settles_after) {
        let error = callbacks::error("ABDM-1006", "No links found");
        acknowledgement(case, "ERRORED", Some(&error))
    } else if let Some(linked) = linked.cloned() {
        let news = hi_types
            .iter()
            .filter_map(Value::as_str)
            .map(|hi_type| CareContext { hi_type: hi_type.to_owned(), ..linked.clone() })
            .collect();
        case.state.links.add(address, news);
        acknowledgement(case, "SUCCESS", None)
    } else {
        let error = callbacks::error("ABDM-1057", "Invalid Care Contexts");
        acknowledgement(case, "ERRORED", Some(&error))
    };
    Ok(vec![case.call_back(ON_CONTEXT_NOTIFY, body)])
}

/// `POST /hip/v3/link/patient/links/sms/notify2`. The simulator sends no text message.
pub(super) fn sms(case: &mut Case) -> RouteResult {
    check_hip(case, &case.body["notification"]["hip"]["id"])?;
    let body = acknowledgement(case, "SUCCESS", None);
    Ok(vec![case.call_back(ON_SMS_NOTIFY, body)])
}

fn check_hip(case: &Case, id: &Value) -> Result<(), Refusal> {
    if *id == case.facility {
        return Ok(());
    }
    Err(Refusal::object(400, "ABDM-1035", "Invalid HIP ID")
        .breach("notification.hip.id is not the X-HIP-ID"))
}

fn acknowledgement(case: &Case, status: &str, error: Option<&Value>) -> Value {
    json!({
        "acknowledgement": {"status": status},
        "error": error,
        "response": {"requestId": case.request_id},
    })
}
