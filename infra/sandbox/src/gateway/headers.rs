//! The headers that a call of a HIP must have, and the refusals of missing or invalid ones.

use crate::run::clock;
use crate::wire::message::{GatewayCall, Refusal};
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;
use crate::world::World;

use super::jwt::TokenError;
use super::register::Register;
use super::text;

/// The consent manager of the sandbox.
pub(crate) const CONSENT_MANAGER: &str = "sbx";

/// `Authorization` must carry a session token of this client.
///
/// A token that has expired, or was signed with other keys, is refused but is not a violation: this tells the
/// HIP that it needs a new session.
pub(crate) fn session_bearer(world: &World, call: &GatewayCall) -> Result<(), Refusal> {
    let Some(value) = call.header("Authorization") else {
        let description = "Make sure your API invocation call has a header: Authorization";
        return Err(Refusal::flat(401, "900902", "Missing Credentials", description)
            .breach("Authorization is missing"));
    };
    let Some(token) = value.strip_prefix("Bearer ") else {
        return Err(invalid_credentials("the scheme is not Bearer")
            .breach("Authorization is not a bearer token"));
    };
    match world.keys.session.verify(token, clock::now()) {
        Ok(claims) if claims["azp"] == world.credentials.client_id.as_str() => Ok(()),
        Ok(_) => Err(invalid_credentials("the token belongs to another client")
            .breach("Authorization carries a token that is not this client's session")),
        Err(TokenError::Expired) => Err(invalid_credentials("the token has expired")),
        Err(TokenError::Invalid) => Err(invalid_credentials("the token is not valid")),
    }
}

pub(crate) fn invalid_credentials(description: &str) -> Refusal {
    Refusal::flat(401, "900901", "Invalid Credentials", description)
}

/// Checks `REQUEST-ID`, `TIMESTAMP` and `X-CM-ID`. Returns the request id.
pub(crate) fn request(call: &GatewayCall) -> Result<&str, Refusal> {
    let request_id = call.request_id().filter(|id| text::is_uuid(id)).ok_or_else(|| {
        Refusal::object(400, "ABDM-2404", "Invalid Request Id")
            .breach("REQUEST-ID must be a UUID in lower case")
    })?;
    // In v0.5 the timestamp is a member of the body, which the schema checks.
    if call.version == ApiVersion::V3 && !call.header("TIMESTAMP").is_some_and(text::is_timestamp) {
        return Err(Refusal::object(400, "ABDM-2402", "Invalid Timestamp")
            .breach("TIMESTAMP must be YYYY-MM-DDTHH:mm:ss.SSSZ"));
    }
    if call.header("X-CM-ID") != Some(CONSENT_MANAGER) {
        return Err(
            Refusal::object(400, "ABDM-2403", "Invalid X-CM-ID").breach("X-CM-ID must be sbx")
        );
    }
    Ok(request_id)
}

/// Reports a REQUEST-ID header that differs from the `requestId` in the body of a v0.5 call.
pub(crate) fn foreign_request_id(call: &GatewayCall) -> Option<String> {
    let header = call.header("REQUEST-ID")?;
    (Some(header) != call.request_id())
        .then(|| "REQUEST-ID is not the requestId of the body".to_owned())
}

/// `X-HIP-ID` must be the id of a registered service.
///
/// For sms/notify2 the header may be absent, because NHA's newer files do not list it. The body contains the facility.
pub(crate) fn facility<'c>(register: &Register, call: &'c GatewayCall) -> Result<&'c str, Refusal> {
    let in_body = || {
        let is_sms = call.operation == Operation::SmsNotify;
        call.body["notification"]["hip"]["id"].as_str().filter(|_| is_sms)
    };
    call.header("X-HIP-ID")
        .or_else(in_body)
        .filter(|id| register.facility_name(id).is_some())
        .ok_or_else(|| {
            Refusal::object(400, "ABDM-1035", "Invalid HIP ID")
                .breach("X-HIP-ID must be the id of a registered service")
        })
}

/// `Content-Type` must be JSON; parameters such as the charset may follow.
pub(crate) fn content_type(call: &GatewayCall) -> Result<(), Refusal> {
    let essence = call.header("Content-Type").and_then(|value| value.split(';').next());
    if essence.is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Refusal::object(400, "ABDM-1032", "Invalid Header")
        .breach("Content-Type must be application/json"))
}
