//! The bridge: its callback URL and its services.

use serde_json::{Value, json};

use crate::wire::message::{GatewayAnswer, GatewayCall, Refusal};
use crate::world::World;

use super::{bodies, headers};

/// `PATCH /gateway/v3/bridge/url`
pub(crate) fn set_url(world: &World, call: &GatewayCall) -> GatewayAnswer {
    let checked = check(world, call).and_then(|()| headers::content_type(call)).and_then(|()| {
        let url = call.body["url"].as_str().unwrap_or_default();
        let fits = bodies::BRIDGE_URL.check(&call.body).is_empty()
            && (url.starts_with("https://") || url.starts_with("http://"));
        if fits {
            return Ok(url.trim_end_matches('/').to_owned());
        }
        Err(Refusal::object(400, "ABDM-1006", "Bad Request, invalid request Body")
            .breach("url must be an http or https URL, alone"))
    });
    match checked {
        Ok(url) => {
            world.change(|state| state.bridge_url = Some(url));
            GatewayAnswer::accepted()
        }
        Err(refusal) => refusal.into(),
    }
}

/// `GET /gateway/v3/bridge-services`
pub(crate) fn services(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = check(world, call) {
        return refusal.into();
    }
    let client = &world.credentials.client_id;
    let body = world.look(|state| {
        json!({
            "bridge": {
                "id": client,
                "name": client,
                "url": state.bridge_url,
                "active": true,
                "blocklisted": false,
            },
            "services": state.register.services(),
        })
    });
    GatewayAnswer::new(200, body)
}

/// `GET /gateway/v3/bridge-service/serviceId/{id}`
pub(crate) fn service(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = check(world, call) {
        return refusal.into();
    }
    let id = call.path.rsplit('/').next().unwrap_or_default();
    let Some(service) = world.look(|state| state.register.service(id)) else {
        return Refusal::object(404, "ABDM-1025", "Service ID not found").into();
    };
    GatewayAnswer::new(200, service)
}

fn check(world: &World, call: &GatewayCall) -> Result<(), Refusal> {
    headers::session_bearer(world, call)?;
    headers::request(call)?;
    if call.operation.method() == "GET" && call.body != Value::Null {
        return Err(Refusal::object(400, "ABDM-1006", "Bad Request, invalid request Body")
            .breach("a GET carries no body"));
    }
    Ok(())
}
