//! The description of the REST interface, held against the interface.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hip_infra::config::key_sha256;
use hip_tests::World;
use hip_tests::world::key_of;
use reqwest::{Client, Method};
use serde_json::Value;

const ROLES: [&str; 4] = ["emr", "operator", "auditor", "desk"];

/// A method, a path as it is described, and the roles of which one is needed.
struct Route {
    method: Method,
    path: String,
    roles: Option<BTreeSet<String>>,
    is_open: bool,
}

fn routes(document: &Value) -> Vec<Route> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| {
                let names = |scheme: &Value| -> BTreeSet<String> {
                    scheme.as_array().unwrap().iter().map(|n| n.as_str().unwrap().into()).collect()
                };
                let roles = operation["security"].as_array().map(|any| names(&any[0]["bearer"]));
                let method = method.to_ascii_uppercase().parse().unwrap();
                let is_open = path.starts_with("/health/");
                Route { method, path: path.clone(), roles, is_open }
            })
        })
        .collect()
}

/// Every route is asked with unknown keys.
const MANY: &str = "[throttle]\nfailures_per_address_max = 1000\n";

async fn world() -> (World, hip_tests::process::HipProcess, Value) {
    let clients = ROLES.map(|role| {
        let digest = key_sha256(&key_of(role));
        format!("[[client]]\nname = {role:?}\nroles = [{role:?}]\nkey_sha256 = {digest:?}\n")
    });
    let (world, hip) = World::start_with(&[&clients.concat(), MANY].concat()).await;
    let served = reqwest::get(format!("{}/openapi.json", world.launch.url)).await.unwrap();
    let served: Value = served.json().await.unwrap();
    (world, hip, served)
}

#[tokio::test]
async fn every_route_is_open_to_exactly_the_roles_that_are_described() {
    let (world, _hip, document) = world().await;
    let routes = routes(&document);
    assert!(routes.len() > 20, "{}", routes.len());
    let client = Client::builder().build().unwrap();
    for Route { method, path, roles, is_open } in routes {
        let call = |name: Option<&'static str>| {
            let url = format!("{}{}", world.launch.url, path.replace(['{', '}'], ""));
            let mut request = client.request(method.clone(), url);
            request =
                name.map(key_of).into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
            async move { request.send().await.unwrap().status().as_u16() }
        };
        let what = format!("{method} {path}");
        let Some(roles) = roles else {
            assert!(is_open, "{what} asks for no role");
            assert_eq!(call(None).await, 200, "{what}");
            continue;
        };
        assert_eq!(call(None).await, 401, "{what}");
        assert_eq!(call(Some("nobody")).await, 401, "{what}");
        for role in ROLES {
            let status = call(Some(role)).await;
            assert_ne!(status, 405, "{what} is described and not served");
            assert_eq!(status == 403, !roles.contains(role), "{what} as {role}: {status}");
        }
    }
}

/// A route that is registered without its description would be served in silence.
#[test]
fn no_route_of_ours_is_registered_without_its_description() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src/http.rs");
    let source = fs::read_to_string(source).unwrap();
    let bare: Vec<_> = source.lines().filter(|line| line.contains(".route(\"")).collect();
    assert!(!bare.is_empty(), "the description itself is registered like this");
    for line in bare {
        assert!(line.contains("/openapi.json") || line.contains("/docs"), "{line}");
    }
}

#[tokio::test]
async fn the_description_is_whole() {
    let (world, _hip, document) = world().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let printed = world.hip(&["openapi"]).await;
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed, document, "what is printed is what is served");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{what}");
            assert!(operation["summary"].is_string(), "{what} says nothing of itself");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
            for status in ["400", "401", "403", "503"] {
                let is_open = path.starts_with("/health/");
                assert!(is_open || responses.contains_key(status), "{what}: {status}");
            }
        }
    }
    let mut references = Vec::new();
    gather(&document, &mut references);
    assert!(references.len() > 50, "{}", references.len());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// What is answered about replays and messages, found in the description by the members that it has.
#[tokio::test]
async fn answers_about_replays_and_messages_are_described_member_by_member() {
    let (_world, _hip, document) = world().await;
    let answered = |path: &str, method: &str, status: &str| {
        let pointer = format!("/paths/{}/{method}/responses/{status}", path.replace('/', "~1"));
        let answer = document.pointer(&pointer).unwrap_or_else(|| panic!("{pointer}"));
        answer["content"]["application/json"]["schema"].clone()
    };
    for (path, method, member) in [
        ("/v1/replays", "get", "items/ratePerS"),
        ("/v1/replays", "get", "next"),
        ("/v1/replays", "post", "rehearsed/calls/differences/how"),
        ("/v1/replays", "post", "rehearsed/done/outcome"),
        ("/v1/replays/{id}", "get", "completed"),
        ("/v1/replays/{id}/pause", "post", "state"),
        ("/v1/replays/{id}/resume", "post", "state"),
        ("/v1/replays/{id}/cancel", "post", "state"),
        ("/v1/replays/{id}/items", "get", "items/outcome"),
        ("/v1/dead-letters", "get", "groups/oldestAt"),
        ("/v1/callbacks/{requestId}/history", "get", "events/replay/policy"),
        ("/v1/callbacks/{requestId}/history", "get", "calls/events/causedBy"),
    ] {
        let mut schemas = vec![answered(path, method, "200")];
        for name in member.split('/') {
            schemas = schemas.iter().flat_map(|it| inside(&document, it)).collect();
            schemas = schemas.iter().filter_map(|it| it["properties"].get(name).cloned()).collect();
            assert_eq!(schemas.len(), 1, "{method} {path}: {member} at {name}");
        }
    }
}

/// The schemas of objects that a schema stands for: itself, what it refers to, its parts, its items.
fn inside(document: &Value, schema: &Value) -> Vec<Value> {
    let parts = ["allOf", "oneOf", "anyOf"].iter().filter_map(|how| schema[how].as_array());
    let parts = parts.flatten().chain(schema.get("items"));
    let referred = schema["$ref"].as_str().and_then(|name| document.pointer(&name[1..]));
    let mut found: Vec<Value> =
        parts.chain(referred).flat_map(|part| inside(document, part)).collect();
    found.extend(schema.get("properties").map(|_| schema.clone()));
    found
}

fn gather<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| gather(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_page_of_the_description_needs_nothing_from_elsewhere() {
    let (world, _hip, _) = world().await;
    let page = reqwest::get(format!("{}/docs", world.launch.url)).await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert!(!policy.contains("http:") && !policy.contains("https:"));
    let page = page.text().await.unwrap();
    let names = page.split(['"', '\'']).filter_map(|text| text.strip_prefix("./"));
    let names: BTreeSet<&str> = names.collect();
    assert!(names.contains("swagger-ui-bundle.js"), "{names:?}");
    for name in names {
        let file = reqwest::get(format!("{}/docs/{name}", world.launch.url)).await.unwrap();
        assert_eq!(file.status(), 200, "{name}");
    }
    let absent = reqwest::get(format!("{}/docs/absent.js", world.launch.url)).await.unwrap();
    assert_eq!(absent.status(), 404);
}
