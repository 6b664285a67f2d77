//! `POST /gateway/v3/sessions`: returns a session token for client id and secret.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::run::clock;
use crate::wire::message::{GatewayAnswer, GatewayCall, Refusal};
use crate::world::World;

use super::{bodies, headers, shape::Finding};

/// The issuer (`iss`) of tokens of ABDM's sandbox.
pub(crate) const ISSUER: &str = "https://dev.abdm.gov.in/auth/realms/central-registry";

pub(crate) fn open(world: &World, call: &GatewayCall) -> GatewayAnswer {
    match check(world, call) {
        Ok(()) => GatewayAnswer::new(202, session(world)),
        Err(refusal) => refusal.into(),
    }
}

fn check(world: &World, call: &GatewayCall) -> Result<(), Refusal> {
    headers::request(call)?;
    headers::content_type(call)?;
    let findings = bodies::SESSION.check(&call.body);
    if !findings.is_empty() {
        let all = findings.iter().map(Finding::sentence).collect::<Vec<_>>().join("; ");
        return Err(Refusal::object(400, "ABDM-1006", &all).breach(all));
    }
    let Value::Object(body) = &call.body else {
        return Err(Refusal::object(400, "ABDM-1006", "Bad Request, invalid request Body"));
    };
    let own = &world.credentials;
    if body["clientId"] != own.client_id.as_str()
        || body["clientSecret"] != own.client_secret.as_str()
    {
        return Err(headers::invalid_credentials("clientId or clientSecret is wrong"));
    }
    Ok(())
}

fn session(world: &World) -> Value {
    let client = world.credentials.client_id.as_str();
    let lifetime = world.options.session_lifetime.as_secs();
    json!({
        "accessToken": world.keys.session.sign(&claims(world, client, "Bearer", clock::now())),
        "expiresIn": lifetime,
        "refreshExpiresIn": lifetime + 600,
        "refreshToken": world.keys.session.sign(&claims(world, client, "Refresh", clock::now())),
        "tokenType": "bearer",
    })
}

/// The claims of a token of `client`, as observed in callbacks of ABDM's sandbox.
pub(crate) fn claims(world: &World, client: &str, kind: &str, now: DateTime<Utc>) -> Value {
    let issued_at = now.timestamp();
    json!({
        "iss": ISSUER,
        "aud": "account",
        // A refresh token must not be accepted as a session token, so it contains another client.
        "azp": if kind == "Bearer" { client } else { "refresh" },
        "clientId": client,
        "exp": issued_at.saturating_add_unsigned(world.options.session_lifetime.as_secs()),
        "iat": issued_at,
        "jti": world.draw.id(),
        "preferred_username": format!("service-account-{}", client.to_lowercase()),
        "realm_access": {"roles": ["gateway"]},
        "sub": client,
        "typ": kind,
    })
}
