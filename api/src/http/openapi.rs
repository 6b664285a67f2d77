//! `/openapi.json`: the interface, described by the code that serves it.
//!
//! Each handler describes its own parameters and responses; this module adds the common parts: roles,
//! errors, and the published schema of visit documents.

mod beyond_types;

use std::sync::OnceLock;

use abdm_fhir::visit::VISIT_SCHEMA;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::OpenApiRouter;

use super::middleware::caller::Roles;
use super::middleware::idempotency::KEY_LENGTH_MAX;
use super::middleware::problem::PROBLEM_JSON;

/// What holds for all routes, for anyone who reads the page.
const ABOUT: &str = "A Health Information Provider of ABDM.\n\n\
    **Keys.** Each client has a key: `Authorization: Bearer …` or `X-API-Key: …`. Its roles (`emr`: a medical \
    record system, `operator`, `auditor`, `desk`) say what it may do; each route lists the roles of which one is required. A \
    client sees only its own facilities: items of other facilities are answered with 404.\n\n\
    **Pages.** Lists are newest first. Send `next` of a page as `cursor` to get the next page. Items that are added or \
    removed meanwhile cause no duplicates and no gaps.\n\n\
    **Idempotency.** A request that writes may have an `Idempotency-Key`. The same request with the same key is \
    processed once; a repetition gets the same response, with `Idempotency-Replayed: true`.\n\n\
    **Read your writes.** Reads are eventually consistent. A write returns `Hip-Position`; send it with a read to wait \
    up to two seconds for that write.\n\n\
    **Access log.** Every read of patient data is recorded with the client before it is answered. Equal reads are \
    recorded once an hour.\n\n\
    **Errors** are problem details (RFC 9457). They contain paths and rules, never values.\n\n\
    The gateway's callbacks and AMRIT's routes follow contracts of others and are not described here.";

/// A visit of a fictitious patient.
const EXAMPLE: &str = include_str!("openapi/visit.json");

/// The document as text.
pub(crate) fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT
        .get_or_init(|| serde_json::to_string_pretty(&whole()).expect("a description serialises"))
}

/// Serves the document.
pub(crate) async fn show() -> impl IntoResponse {
    let headers: [(HeaderName, &str); 2] =
        [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    (headers, document())
}

/// Adds the required roles to routes.
pub(super) fn open_to<R: Roles>(
    mut router: OpenApiRouter<std::sync::Arc<crate::app::App>>,
) -> OpenApiRouter<std::sync::Arc<crate::app::App>> {
    let roles = || R::ANY_OF.iter().map(|role| role.as_str());
    let security = || {
        vec![SecurityRequirement::new("bearer", roles()), SecurityRequirement::new("key", roles())]
    };
    let paths = router.get_openapi_mut().paths.paths.values_mut();
    for operation in paths.flat_map(operations) {
        operation.security = Some(security());
        let about = operation.description.take().unwrap_or_default();
        let roles: Vec<_> = roles().map(|role| format!("`{role}`")).collect();
        operation.description =
            Some(format!("{about}\n\nRoles: {}.", roles.join(", ")).trim().to_owned());
    }
    router
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}

fn whole() -> Value {
    let (_, generated) = super::described().split_for_parts();
    let mut document = serde_json::to_value(generated).expect("a description serialises");
    document["info"] = json!({
        "title": "hip",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["tags"] = json!([
        { "name": "records", "description": "Visits, and the care contexts that the network knows them as." },
        { "name": "linking", "description": "Care contexts are linked to ABHA addresses." },
        { "name": "sharing", "description": "Consents and transfers." },
        { "name": "operations", "description": "Callbacks, dead letters, replays, read models and events." },
        { "name": "fhir", "description": "Documents, and their rules." },
        { "name": "health", "description": "For a load balancer; open to everybody." },
    ]);
    let components = &mut document["components"];
    components["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "The key of a client." },
        "key": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same." },
    });
    components["responses"] = Value::Object(refusals());
    // References inside the schema are rewritten to paths from the root of this document.
    let schema = VISIT_SCHEMA.replace("#/$defs/", "#/components/schemas/VisitDocument/$defs/");
    components["schemas"]["VisitDocument"] =
        serde_json::from_str(&schema).expect("the published schema is JSON");
    exact_texts(&mut document["components"]["schemas"]["VisitDocument"]);
    beyond_types::tell(&mut document["components"]["schemas"]);
    let example: Value = serde_json::from_str(EXAMPLE).expect("the example is JSON");
    document["components"]["schemas"]["VisitDocument"]["examples"] = json!([example]);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, operation);
        }
    }
    document
}

/// A text that FHIR permits: not blank, and without control characters except tabs and new lines.
const TEXT: &str = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*\
                    [^\\s\\u0000-\\u001f\\u007f-\\u009f\\ufffe\\uffff]\
                    [^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$";

/// Adds the pattern of texts to each text of the schema without its own constraint.
fn exact_texts(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let is_free = members.get("type").is_some_and(|kind| kind == "string")
                && !["pattern", "enum", "const", "format", "contentEncoding"]
                    .iter()
                    .any(|keyword| members.contains_key(*keyword));
            if is_free {
                members.insert("pattern".to_owned(), json!(TEXT));
            }
            members.values_mut().for_each(exact_texts);
        }
        Value::Array(items) => items.iter_mut().for_each(exact_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The error responses that many routes share, by name.
fn refusals() -> Map<String, Value> {
    let all = [
        ("400", "The request cannot be read: its query, its header or its JSON."),
        ("401", "The key is missing or unknown."),
        ("403", "The key's roles or facilities do not allow this."),
        ("404", "It does not exist, or is not the caller's."),
        (
            "409",
            "It contradicts an earlier request, or its Idempotency-Key was used for another; or the same \
             request is still being answered, then with Retry-After.",
        ),
        ("413", "The body is too large."),
        ("415", "Unsupported media type."),
        ("422", "The body does not fit; `errors` names each fault."),
        ("429", "The key is missing or unknown, as were too many before it: see Retry-After."),
        ("503", "Something is away at the moment; sending the same again is safe."),
    ];
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    let outcome = json!({ "schema": { "type": "object", "required": ["resourceType", "issue"] } });
    let mut named = Map::new();
    for (status, description) in all {
        let mut refusal =
            json!({ "description": description, "content": { PROBLEM_JSON: problem.clone() } });
        if status == "401" {
            refusal["headers"] = json!({ "www-authenticate": { "schema": { "type": "string" } } });
        }
        if status == "429" {
            refusal["headers"] = json!({ "retry-after": { "schema": { "type": "integer" } } });
        }
        named.insert(format!("Problem{status}"), refusal.clone());
        refusal["content"]["application/fhir+json"] = outcome.clone();
        if status == "401" {
            // FHIR's own format has no such headers.
            refusal.as_object_mut().map(|refusal| refusal.remove("headers"));
        }
        named.insert(format!("Outcome{status}"), refusal);
    }
    named
}

/// Adds the parts of an operation that follow from its form.
fn complete(path: &str, method: &str, operation: &mut Value) {
    if operation.get("security").is_none() {
        return;
    }
    let has_body = operation.get("requestBody").is_some();
    let is_looked_up =
        operation.to_string().contains("\"facility\"") || path.contains('{') || has_body;
    let mut statuses = vec!["400", "401", "403", "429", "503"];
    if is_looked_up {
        statuses.push("404");
    }
    if has_body {
        statuses.extend(["413", "415", "422"]);
    }
    let is_writing = method == "post"
        && (matches!(path, "/v1/visits" | "/v1/links") || path.starts_with("/v1/replay"));
    if is_writing {
        statuses.push("409");
        add_idempotency_key(operation);
        tell_position(operation);
    }
    if waits(path, method) {
        statuses.push("409");
        add_position(operation);
    }
    let form = if path.starts_with("/fhir/") { "Outcome" } else { "Problem" };
    for status in statuses {
        let shared = json!({ "$ref": format!("#/components/responses/{form}{status}") });
        let responses = operation["responses"].as_object_mut();
        responses.map(|responses| responses.entry(status).or_insert(shared));
    }
}

/// Whether a route reads data, and can wait for a position.
fn waits(path: &str, method: &str) -> bool {
    let groups = ["visits", "links", "care-contexts", "consents", "transfers", "facilities"];
    let group = path.trim_start_matches("/v1/").split('/').next().unwrap_or_default();
    (method == "get" && groups.contains(&group))
        || path == "/v1/care-contexts/search"
        || path.starts_with("/fhir/")
}

fn add_position(operation: &mut Value) {
    let parameter = json!({
        "name": "Hip-Position",
        "in": "header",
        "required": false,
        "description": "`Hip-Position` of an earlier write. The read waits up to two seconds for that write, and \
                        fails with 503 after that.",
        "schema": { "type": "integer", "format": "int64", "minimum": 0 },
    });
    add_parameter(operation, parameter);
}

fn tell_position(operation: &mut Value) {
    let header = json!({
        "description": "Position of the write in the log. Send it with a read to see the write.",
        "schema": { "type": "integer", "format": "int64" },
    });
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if status.starts_with('2') {
            response["headers"]["hip-position"] = header.clone();
        }
    }
}

fn add_idempotency_key(operation: &mut Value) {
    let parameter = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Chosen by the caller, fresh for each request that is not a repetition.",
        "schema": {
            "type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX, "pattern": "^[!#-\\[\\]-~]+$",
        },
    });
    add_parameter(operation, parameter);
}

fn add_parameter(operation: &mut Value, parameter: Value) {
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}
