//! The gateway's public keys. Reading them requires a session token.

use serde_json::json;

use crate::wire::message::{GatewayAnswer, GatewayCall};
use crate::wire::operation::Operation;
use crate::world::World;

use super::{headers, sessions};

/// `GET /gateway/v3/certs`: the RS256 key of sessions and callbacks, the RS512 key of link tokens.
pub(crate) fn certs(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = headers::session_bearer(world, call) {
        return refusal.into();
    }
    if let Err(refusal) = headers::request(call) {
        return refusal.into();
    }
    GatewayAnswer::new(200, json!({"keys": [world.keys.session.jwk(), world.keys.link.jwk()]}))
}

/// `GET /gateway/v3/.well-known/openid-configuration`
pub(crate) fn openid_configuration(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = headers::session_bearer(world, call) {
        return refusal.into();
    }
    let base = format!("http://{}{}", world.gateway_address, crate::wire::operation::GATEWAY_BASE);
    GatewayAnswer::new(
        200,
        json!({
            "issuer": sessions::ISSUER,
            "jwks_uri": format!("{base}{}", Operation::Certs.path()),
            "token_endpoint": format!("{base}{}", Operation::Session.path()),
            "id_token_signing_alg_values_supported": ["RS256", "RS512"],
        }),
    )
}
