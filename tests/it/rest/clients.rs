//! Several clients and facilities in one process: whose key opens what, and nothing else.

use hip_infra::config::key_sha256;
use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::key_of;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The other facility of the same process.
const OTHER: &str = "IN0610099002";

// Keys, by their names.
const PHC: &str = "key-of-the-phc";
const OTHER_PHC: &str = "key-of-the-other";
const AUDITOR: &str = "key-of-the-auditor";
const OPERATOR: &str = "key-of-the-operator";

fn client(name: &str, role: &str, facilities: &[&str], key: &str) -> String {
    let digest = key_sha256(&key_of(key));
    format!(
        "[[client]]\nname = {name:?}\nroles = [{role:?}]\nfacilities = {facilities:?}\n\
         key_sha256 = {digest:?}\n"
    )
}

/// Two facilities, each with a record system; an auditor of one of them, an operator of both.
fn sections() -> String {
    [
        format!("[[facility]]\nid = {OTHER:?}\nname = \"PHC Other\"\n"),
        client("phc", "emr", &[FACILITY], PHC),
        client("other-phc", "emr", &[OTHER], OTHER_PHC),
        client("auditor", "auditor", &[FACILITY], AUDITOR),
        client("operator", "operator", &[], OPERATOR),
    ]
    .concat()
}

fn visit_of(facility: &str, code: &str) -> Value {
    let mut document = visit(code, false);
    document["facility"]["abdmFacilityId"] = json!(facility);
    document
}

async fn call(
    world: &World,
    key: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let url = format!("{}{path}", world.launch.url);
    let mut request =
        Client::builder().build().unwrap().request(method, url).bearer_auth(key_of(key));
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.patiently().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn get(world: &World, key: &str, path: &str) -> (u16, Value) {
    call(world, key, Method::GET, path, None).await
}

async fn push(world: &World, key: &str, document: &Value) -> (u16, Value) {
    call(world, key, Method::POST, "/v1/visits", Some(document)).await
}

async fn world_with_a_visit_each() -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start_with(&sections()).await;
    assert_eq!(push(&world, PHC, &visit_of(FACILITY, "6001")).await.0, 201);
    assert_eq!(push(&world, OTHER_PHC, &visit_of(OTHER, "6002")).await.0, 201);
    world.until_idle().await;
    (world, hip)
}

#[tokio::test]
async fn a_visit_of_another_facility_is_neither_taken_nor_shown() {
    let (world, _hip) = world_with_a_visit_each().await;
    for facility in [OTHER, "IN0610099099"] {
        let (status, problem) = push(&world, PHC, &visit_of(facility, "6003")).await;
        assert_eq!(status, 403, "{problem}");
        assert_eq!(problem["errors"][0]["path"], "facility.abdmFacilityId");
    }
    assert_eq!(world.count("visit.recorded").await, 2, "nothing of it is stored");
    assert_eq!(get(&world, PHC, "/v1/visits/6001").await.0, 200);
    for path in ["/v1/visits/6002", "/v1/visits/6002?facility=IN0610099002", "/v1/visits/none"] {
        let (status, problem) = get(&world, PHC, path).await;
        assert_eq!(status, 404, "{path}");
        let (_, unknown) = get(&world, PHC, "/v1/visits/none").await;
        assert_eq!(problem, unknown, "what is another's is answered like what is not");
    }
    // The same code at two facilities is no ambiguity for who has one of them.
    assert_eq!(push(&world, OTHER_PHC, &visit_of(OTHER, "6001")).await.0, 201);
    world.until_idle().await;
    assert_eq!(get(&world, PHC, "/v1/visits/6001").await.1["facilityId"], FACILITY);
    assert_eq!(get(&world, OPERATOR, "/v1/visits/6001").await.0, 409);
}

#[tokio::test]
async fn each_line_of_a_stream_is_bounded_by_its_sender() {
    let (world, _hip) = World::start_with(&sections()).await;
    let lines = format!("{}\n{}\n", visit_of(OTHER, "6001"), visit_of(FACILITY, "6002"));
    let answer = Client::builder()
        .build()
        .unwrap()
        .post(format!("{}/v1/visits", world.launch.url))
        .bearer_auth(key_of(PHC))
        .header("content-type", "application/x-ndjson")
        .body(lines)
        .patiently()
        .await
        .unwrap();
    let answer = answer.text().await.unwrap();
    let lines: Vec<Value> =
        answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["problem"]["errors"][0]["path"], "facility.abdmFacilityId");
    assert_eq!((&lines[0]["status"], &lines[1]["status"]), (&json!(403), &json!(201)));
    assert_eq!(world.count("visit.recorded").await, 1);
}

#[tokio::test]
async fn a_document_is_shown_to_its_facility_and_the_log_says_to_whom() {
    let (world, _hip) = world_with_a_visit_each().await;
    let (_, shown) = get(&world, PHC, "/v1/visits/6001").await;
    let path = format!("/fhir/Bundle/{}", shown["documents"][0]["document_id"].as_str().unwrap());
    assert_eq!(get(&world, OTHER_PHC, &path).await.0, 404);
    assert_eq!(get(&world, OPERATOR, &path).await.0, 403);
    assert_eq!(world.count("access.record_read").await, 0);
    for (key, client, reader) in [(PHC, "phc", "record-system"), (AUDITOR, "auditor", "auditor")] {
        assert_eq!(get(&world, key, &path).await.0, 200);
        let body: Vec<u8> = sqlx::query_scalar(
            "SELECT body FROM es.event WHERE event_type = 'access.record_read' \
              ORDER BY position DESC LIMIT 1",
        )
        .fetch_one(&world.pool)
        .await
        .unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains(&format!("\"client\":{client:?}")), "{body}");
        assert!(body.contains(&format!("\"reader\":{reader:?}")), "{body}");
    }
}

#[tokio::test]
async fn a_key_opens_what_its_roles_allow() {
    let (world, _hip) = world_with_a_visit_each().await;
    let link = json!({ "visitCode": "6001", "facility": FACILITY });
    assert_eq!(push(&world, AUDITOR, &visit_of(FACILITY, "6009")).await.0, 403);
    assert_eq!(push(&world, OPERATOR, &visit_of(FACILITY, "6009")).await.0, 403);
    let (status, problem) = call(&world, AUDITOR, Method::POST, "/v1/links", Some(&link)).await;
    assert_eq!((status, &problem["type"]), (403, &json!("urn:hip:problem:forbidden")));
    assert!(problem["detail"].as_str().unwrap().contains("emr, operator"), "{problem}");
    for key in [PHC, AUDITOR, OPERATOR] {
        assert_eq!(get(&world, key, "/v1/visits/6001").await.0, 200);
    }
    assert_eq!(get(&world, "key-of-nobody", "/v1/visits/6001").await.0, 401);
}

#[tokio::test]
async fn nothing_is_linked_or_asked_about_at_another_facility() {
    let (world, _hip) = world_with_a_visit_each().await;
    let wish = |facility: &str| json!({ "visitCode": "6002", "facility": facility });
    for body in [wish(OTHER), wish(FACILITY), json!({ "visitCode": "6002" })] {
        let (status, _) = call(&world, PHC, Method::POST, "/v1/links", Some(&body)).await;
        assert_eq!(status, 404, "{body}");
    }
    let asked = json!({ "abhaAddress": "kavya.n90@sbx", "facility": OTHER });
    let status = call(&world, PHC, Method::POST, "/v1/link-tokens/status", Some(&asked)).await.0;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn amrits_routes_are_bounded_by_the_key() {
    let (world, _hip) = World::start_with(&sections()).await;
    let person = |facility: &str| {
        json!({
            "abhaNumber": "91-7777-1234-5678",
            "abhaAddress": "kavya.n90@sbx",
            "name": "Kavya Nair",
            "gender": "F",
            "yearOfBirth": 1990,
            "abdmFacilityId": facility,
        })
    };
    let path = "/careContext/generateLinkToken";
    let (_, refused) = call(&world, PHC, Method::POST, path, Some(&person(OTHER))).await;
    assert_eq!(refused["statusCode"], 5000, "{refused}");
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 0);
    let (_, refused) = call(&world, OPERATOR, Method::POST, path, Some(&person(FACILITY))).await;
    assert_eq!(refused["statusCode"], 5000, "AMRIT is a record system: {refused}");
    let (_, taken) = call(&world, PHC, Method::POST, path, Some(&person(FACILITY))).await;
    assert_eq!(taken["statusCode"], 200, "{taken}");
    // The other facility's request is none that one can ask for.
    let link = |key, facility| {
        let body = json!({
            "beneficiaryID": "88001234",
            "abhaAddress": "kavya.n90@sbx",
            "requestId": taken["data"]["requestId"],
            "visitCode": "6001",
            "visitCategory": "General OPD",
            "abdmFacilityId": facility,
        });
        let world = &world;
        async move {
            call(world, key, Method::POST, "/careContext/linkCareContext", Some(&body)).await.1
        }
    };
    let foreign = link(OTHER_PHC, OTHER).await;
    assert!(foreign["data"]["error"].is_string(), "{foreign}");
    // The token may be there by now, or not yet.
    let own = link(PHC, FACILITY).await;
    assert_ne!(own["data"]["error"], foreign["data"]["error"], "it has one, and it is theirs");
}
