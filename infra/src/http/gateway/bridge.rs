//! The bridge as registered at the gateway: its callback URL and its facilities.

use hip_commands::operations::abdm_error::Context;
use hip_commands::port::gateway::SendError;
use hip_domain::id::FacilityId;
use serde::Serialize;
use serde_json::{Value, json};

use super::HttpGateway;

/// The bridge as registered at the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bridge {
    /// The callback URL.
    pub url: Option<String>,
    /// Its facilities.
    pub services: Vec<Service>,
}

/// One entry of the list: a facility and its roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The id by which the gateway routes; a facility must be configured with it.
    pub id: String,
    /// Its registered name.
    pub name: Option<String>,
    /// Roles in capitals: `HIP`, `HIU` and others.
    pub types: Vec<String>,
    /// Whether it is active.
    pub active: bool,
}

/// State of a configured facility in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BridgeListing {
    /// As an active HIP.
    Listed,
    /// Listed, but inactive.
    Inactive,
    /// Listed, but not as a HIP.
    NoHip,
    /// Not listed. A second bridge of a facility gets an id with a suffix; such ids are returned.
    Missing {
        /// Listed ids that consist of the configured id and a suffix.
        perhaps: Vec<String>,
    },
}

const SERVICES_PATH: &str = "/gateway/v3/bridge-services";
const URL_PATH: &str = "/gateway/v3/bridge/url";

impl HttpGateway {
    /// Reads the list of bridge and services.
    pub async fn bridge(&self) -> Result<Bridge, SendError> {
        let endpoint = &self.endpoint;
        let request = || {
            let headers = endpoint.headers(endpoint.fresh_id());
            Ok(endpoint.client.get(endpoint.url(SERVICES_PATH)).headers(headers))
        };
        let reply = self.call(Context::Bridge, request).await?;
        let status = Some(reply.status.as_u16());
        let body = reply.accepted(Context::Bridge)?;
        let body = serde_json::from_slice(&body).ok();
        body.as_ref().and_then(read).ok_or(SendError::Unavailable {
            status,
            code: None,
            retry_after: None,
        })
    }

    /// Sets the callback URL for every facility of the bridge.
    pub async fn set_bridge_url(&self, url: &str) -> Result<(), SendError> {
        let endpoint = &self.endpoint;
        let request_id = endpoint.fresh_id();
        let request = || {
            let headers = endpoint.headers(request_id);
            let body = json!({ "url": url }).to_string();
            Ok(endpoint.client.patch(endpoint.url(URL_PATH)).headers(headers).body(body))
        };
        let reply = self.call(Context::Bridge, request).await?;
        reply.accepted(Context::Bridge).map(|_| ())
    }
}

impl Bridge {
    /// State of a configured facility in the list.
    pub fn standing(&self, facility: &FacilityId) -> BridgeListing {
        let listed = self.services.iter().filter(|service| service.id == facility.as_str());
        let mut listed = listed.peekable();
        if listed.peek().is_none() {
            let perhaps = self.services.iter().map(|service| service.id.clone());
            let perhaps = perhaps.filter(|id| is_suffixed(id, facility.as_str())).collect();
            return BridgeListing::Missing { perhaps };
        }
        let hips: Vec<_> =
            listed.filter(|service| service.types.iter().any(|kind| kind == "HIP")).collect();
        if hips.is_empty() {
            BridgeListing::NoHip
        } else if hips.iter().any(|service| service.active) {
            BridgeListing::Listed
        } else {
            BridgeListing::Inactive
        }
    }
}

/// For example `IN0610099001_1` for `IN0610099001`.
fn is_suffixed(listed: &str, configured: &str) -> bool {
    let suffix = listed.strip_prefix(configured).and_then(|rest| rest.strip_prefix('_'));
    suffix.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Parses the list; `None` if it is not one. Peers send an object with `services`, `services`
/// inside `bridge`, or a bare array; and `types` as a list, as one text, or as `type`.
fn read(body: &Value) -> Option<Bridge> {
    let bridge = body.get("bridge").unwrap_or(body);
    let services = [body.get("services"), bridge.get("services"), Some(body)];
    let services = services.into_iter().flatten().find_map(Value::as_array)?;
    let url = bridge.get("url").or_else(|| body.get("url")).and_then(Value::as_str);
    let url = url.filter(|url| !url.is_empty()).map(str::to_owned);
    Some(Bridge { url, services: services.iter().filter_map(service).collect() })
}

fn service(entry: &Value) -> Option<Service> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let types = entry.get("types").or_else(|| entry.get("type"));
    let types = match types {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(types)) => types.split(',').collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => vec![],
    };
    Some(Service {
        id: text("id").or_else(|| text("serviceId"))?.trim().to_owned(),
        name: text("name").map(str::to_owned),
        types: types.into_iter().map(|kind| kind.trim().to_ascii_uppercase()).collect(),
        // An entry without the member is active.
        active: !matches!(entry.get("active"), Some(Value::Bool(false)))
            && !text("active").is_some_and(|text| text.eq_ignore_ascii_case("false")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(bridge: &Value, facility: &str) -> BridgeListing {
        read(bridge).unwrap().standing(&FacilityId::parse(facility).unwrap())
    }

    #[test]
    fn every_shape_of_the_list_is_read() {
        for body in [
            json!({ "bridge": { "url": "https://hip.example.in" }, "services": [{ "id": "IN1", "types": ["HIP"], "active": true }] }),
            json!({ "bridge": { "url": "https://hip.example.in", "services": [{ "id": "IN1", "types": ["hip", "HIU"] }] } }),
            json!([{ "id": "IN1", "type": "HIP,HIU", "active": "true", "endpoints": [] }]),
            json!({ "services": [{ "serviceId": "IN1", "types": "HIP", "name": null }] }),
        ] {
            assert_eq!(standing(&body, "IN1"), BridgeListing::Listed, "{body}");
        }
        for body in [json!({}), json!("x"), json!({ "services": {} }), json!(null)] {
            assert_eq!(read(&body), None, "{body}");
        }
    }

    #[test]
    fn an_id_with_a_suffix_is_named_for_the_one_without() {
        let services =
            ["IN2_1", "IN22", "IN2_x", "IN2_12"].map(|id| json!({ "id": id, "types": ["HIP"] }));
        let body = json!({ "services": services });
        let perhaps = vec!["IN2_1".to_owned(), "IN2_12".to_owned()];
        assert_eq!(standing(&body, "IN2"), BridgeListing::Missing { perhaps });
    }

    #[test]
    fn a_facility_that_is_off_or_no_hip_is_told_apart() {
        let body = json!([
            { "id": "IN1", "types": ["HIP"], "active": false },
            { "id": "IN2", "types": ["HIU"] },
        ]);
        assert_eq!(standing(&body, "IN1"), BridgeListing::Inactive);
        assert_eq!(standing(&body, "IN2"), BridgeListing::NoHip);
    }
}
