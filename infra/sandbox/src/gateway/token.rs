//! `POST /v3/token/generate-token`: returns a link token if the demographics match.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::run::clock;
use crate::wire::message::Refusal;

use super::register::AbhaHolder;
use super::{Case, RouteResult, callbacks};

pub(super) const CALLBACK: &str = "/api/v3/hip/token/on-generate-token";
/// 182.5 days, as observed in tokens of ABDM's sandbox.
const LIFETIME_SECONDS: i64 = 15_768_000;

pub(super) fn generate(case: &mut Case) -> RouteResult {
    let address = case.body["abhaAddress"].as_str();
    let number = case.body["abhaNumber"].as_u64();
    if address.is_none() && number.is_none() {
        let rule = "abhaAddress or abhaNumber must be given";
        let finding = ("abhaAddress".to_owned(), rule.to_owned());
        return Err(Refusal::fields(400, "ABDM-1006", &[finding]).breach(rule));
    }
    let person = address.map_or_else(|| number.unwrap_or_default().to_string(), str::to_owned);
    let key = (person, case.facility.to_owned());
    let limits = case.world.options.token_limits;
    let now = clock::now();
    if case.state.tokens.is_duplicate(&key, limits, now) {
        return Err(Refusal::object(400, "ABDM-1092", "Duplicate link token request"));
    }
    let blocked = case.state.tokens.is_blocked(&key, limits, now);
    let body = if blocked {
        failure(case, "ABDM-1027", "You have been blocked for 24 hours, please try later")
    } else {
        match find(case, address, number) {
            Ok(holder) => success(case, &holder, number.is_some(), now),
            Err((code, message)) => failure(case, code, message),
        }
    };
    Ok(vec![case.call_back(CALLBACK, body)])
}

fn find(
    case: &Case,
    address: Option<&str>,
    number: Option<u64>,
) -> Result<AbhaHolder, (&'static str, &'static str)> {
    let holder = case
        .state
        .register
        .holder(address, number)
        .filter(|holder| number.is_none() || holder.number() == number)
        .ok_or(("ABDM-1051", "Invalid ABHA number or ABHA address"))?;
    if !case.state.register.is_active(&holder.abha_address) {
        return Err(("ABDM-1407", "This ABHA is deactivated"));
    }
    let name = case.body["name"].as_str().unwrap_or_default();
    let gender = case.body["gender"].as_str().unwrap_or_default();
    let year_of_birth = case.body["yearOfBirth"].as_i64().unwrap_or_default();
    if holder.is(name, gender, year_of_birth) {
        Ok(holder.clone())
    } else {
        Err((
            "ABDM-1207",
            "The demographics given differ from the ones on record. Please correct them",
        ))
    }
}

fn success(case: &mut Case, holder: &AbhaHolder, with_number: bool, now: DateTime<Utc>) -> Value {
    let issued_at = now.timestamp();
    let transaction_id = case.world.draw.id();
    let claims = json!({
        "hipId": case.facility,
        "abhaNumber": holder.number(),
        "abhaAddress": holder.abha_address,
        "transactionId": transaction_id,
        "sub": holder.abha_address,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
    });
    let link_token = case.world.keys.link.sign(&claims);
    if with_number {
        case.state.tokens.with_number.insert(transaction_id);
    }
    json!({
        "abhaAddress": holder.abha_address,
        "linkToken": link_token,
        "error": null,
        "response": {"requestId": case.request_id},
    })
}

fn failure(case: &Case, code: &str, message: &str) -> Value {
    json!({
        "error": callbacks::error(code, message),
        "response": {"requestId": case.request_id},
    })
}
