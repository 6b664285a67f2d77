//! The REST interface from outside: what each route shows, how lists go on, how requests are refused.

use std::collections::BTreeSet;

use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

fn request(world: &World, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", world.launch.url);
    Client::builder().build().unwrap().request(method, url).bearer_auth(API_KEY)
}

async fn read(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn get(world: &World, path: &str) -> (u16, Value) {
    read(request(world, Method::GET, path).patiently().await.unwrap()).await
}

async fn found(world: &World, path: &str) -> Value {
    let (status, body) = get(world, path).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

async fn post(world: &World, path: &str, body: &Value) -> (u16, Value) {
    let request = request(world, Method::POST, path).header("content-type", "application/json");
    read(request.body(body.to_string()).patiently().await.unwrap()).await
}

/// A visit that is linked, consented to and sent; one that is not linked.
async fn told() -> (World, HipProcess, String, String) {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("8001", false)).await.0, 201);
    assert_eq!(world.push(&visit("8002", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    (world, hip, consent, transaction)
}

#[tokio::test]
async fn stored_records_are_listed() {
    let (world, _hip, consent, transaction) = told().await;
    let linked = found(&world, "/v1/care-contexts?state=linked").await;
    assert_eq!(linked["items"][0]["reference"], "8002", "{linked}");
    assert_eq!(linked["items"].as_array().unwrap().len(), 1);
    let one = found(&world, "/v1/care-contexts/8001").await;
    assert_eq!(one["linkState"], "unlinked");
    let link = found(&world, &format!("/v1/links/{}", one["linkId"].as_str().unwrap())).await;
    assert_eq!((&link["begunBy"], &link["careContexts"]), (&json!("facility"), &json!(["8001"])));

    let consents = found(&world, "/v1/consents?status=granted").await;
    assert_eq!(consents["items"][0]["consentId"], json!(consent));
    let shown = found(&world, &format!("/v1/consents/{consent}")).await;
    assert_eq!(shown, consents["items"][0]);
    let transfers = found(&world, &format!("/v1/transfers?consent={consent}")).await;
    assert_eq!(transfers["items"][0]["status"], "transferred");
    let shown = found(&world, &format!("/v1/transfers/{transaction}")).await;
    let pages = shown["pages"].as_array().unwrap();
    assert_eq!(pages.len(), 3);
    assert!(pages.iter().all(|page| page["pushedAt"].is_string()), "{shown}");

    let callbacks = found(&world, "/v1/callbacks?status=interpreted").await;
    let newest = callbacks["items"][0].clone();
    let id = newest["requestId"].as_str().unwrap();
    assert_eq!(found(&world, &format!("/v1/callbacks/{id}")).await, newest);
    assert_eq!(found(&world, "/v1/facilities").await["items"][0]["id"], FACILITY);
    let readers = found(&world, "/v1/projections").await;
    assert!(readers["items"].as_array().unwrap().iter().all(|reader| reader["state"] == "live"));
    assert_eq!(found(&world, "/v1/visit-jobs").await, json!({ "items": [], "next": null }));
    let none = "6f1b7f5e-0000-4000-8000-00000000ffff";
    for path in ["consents", "transfers", "callbacks", "links", "visits", "care-contexts"] {
        let (status, problem) = get(&world, &format!("/v1/{path}/{none}")).await;
        assert_eq!((status, &problem["type"]), (404, &json!("urn:hip:problem:not-found")));
    }
}

#[tokio::test]
async fn a_patient_is_searched_by_what_is_not_in_the_url() {
    let (world, _hip, ..) = told().await;
    let search = json!({ "abhaAddress": "KAVYA.N90@sbx", "limit": 1 });
    let (_, first) = post(&world, "/v1/care-contexts/search", &search).await;
    let mut second = search.clone();
    second["cursor"] = first["next"].clone();
    let (_, second) = post(&world, "/v1/care-contexts/search", &second).await;
    let reference = |page: &Value| page["items"][0]["reference"].as_str().unwrap().to_owned();
    let references = BTreeSet::from([reference(&first), reference(&second)]);
    assert_eq!(references, BTreeSet::from(["8001".to_owned(), "8002".to_owned()]));
    assert_eq!(second["next"], Value::Null);
    let stranger = json!({ "abhaAddress": "somebody.else@sbx" });
    let (status, nothing) = post(&world, "/v1/care-contexts/search", &stranger).await;
    assert_eq!((status, &nothing["items"]), (200, &json!([])));
}

#[tokio::test]
async fn pages_neither_repeat_nor_hide_what_was_there() {
    let (world, _hip) = World::start().await;
    for code in 8001..=8007 {
        assert_eq!(world.push(&visit(&code.to_string(), false)).await.0, 201);
    }
    world.until_idle().await;
    let mut seen = Vec::new();
    let mut path = "/v1/care-contexts?limit=2".to_owned();
    loop {
        let page = found(&world, &path).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["reference"].as_str().unwrap().to_owned()));
        // Newer than all of them: it belongs before the first page.
        let mut late = visit(&format!("90{:02}", seen.len()), false);
        late["visit"]["visitDate"] = json!("2026-10-01T10:15:00+05:30");
        assert_eq!(world.push(&late).await.0, 201);
        world.until_idle().await;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/care-contexts?limit=2&cursor={next}");
    }
    let expected: BTreeSet<String> = (8001..=8007).map(|code| code.to_string()).collect();
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn the_log_is_read_from_where_one_likes() {
    let (world, _hip, consent, _) = told().await;
    let (mut after, mut count) = (0, 0);
    loop {
        let part = found(&world, &format!("/v1/events?after={after}&limit=200")).await;
        let items = part["items"].as_array().unwrap();
        count += items.len();
        if items.is_empty() {
            assert_eq!(part["more"], false);
            break;
        }
        assert_eq!(items[0]["position"], after + 1);
        after = part["nextAfter"].as_i64().unwrap();
    }
    assert_eq!(i64::try_from(count).unwrap(), world.log.head().await.unwrap());
    let granted = found(&world, "/v1/events?type=consent.granted").await;
    assert_eq!(granted["items"][0]["stream"], format!("consent-{consent}"));
    assert_eq!(granted["items"][0]["sealed"], true);
    assert!(granted["items"][0]["clear"].is_object(), "the key of the suite is an auditor's, too");
    let stream = found(&world, &format!("/v1/events?stream=consent-{consent}")).await;
    assert_eq!(stream["items"], granted["items"]);
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let (world, _hip) = World::start().await;
    let json = "application/json";
    let link = |body: &'static str| (Method::POST, "/v1/links", json, body);
    let get = |path: &'static str| (Method::GET, path, "", "");
    let cases = [
        (get("/v1/nothing"), 404, ""),
        (get("/nothing/at/all"), 404, ""),
        ((Method::DELETE, "/v1/consents", "", ""), 405, ""),
        ((Method::POST, "/v1/links", "text/plain", "{}"), 415, ""),
        ((Method::POST, "/v1/visits", "text/plain", "{}"), 415, ""),
        (link("{\"visitCode\":"), 400, "visitCode"),
        (link("{\"visitCode\":\"8001\"} x"), 400, "the body"),
        (link("{\"visitCode\":8001}"), 422, "visitCode"),
        (link("{\"visitCode\":\"8001\",\"facility\":\"a b\"}"), 422, "facility"),
        (link("{\"visitCode\":\"8001\",\"facilty\":\"IN1\"}"), 422, "facilty"),
        (get("/v1/consents?limit=201"), 400, "limit"),
        (get("/v1/consents?limit=a"), 400, "limit"),
        (get("/v1/consents?status=eaten"), 400, "status"),
        (get("/v1/consents?cursor=x"), 400, "cursor"),
        (get("/v1/consents?facilty=IN1"), 400, "facilty"),
        (get("/v1/consents/%ff"), 400, "the path"),
        (get("/v1/visits/%00"), 404, ""),
        (get("/v1/events?after=-1"), 400, "after"),
        (get("/v1/events?after=9223372036854775806"), 400, "after"),
    ];
    for ((method, path, kind, body), status, fault) in cases {
        let request = request(&world, method, path).header("content-type", kind).body(body);
        let response = request.patiently().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path} {body}");
        if status == 405 {
            assert_eq!(response.headers()["allow"], "GET,HEAD");
        }
        let (got, problem) = read(response).await;
        assert_eq!((got, &problem["status"]), (status, &json!(status)), "{path} {body}: {problem}");
        let path = problem["errors"][0]["path"].as_str().unwrap_or_default();
        assert_eq!(path, fault, "{problem}");
    }
    let large = "a".repeat(70_000);
    let (status, problem) = post(&world, "/v1/links", &json!({ "visitCode": large })).await;
    assert_eq!((status, &problem["type"]), (413, &json!("urn:hip:problem:too-large")));
}

#[tokio::test]
async fn a_pushed_visit_is_shown_while_a_reader_is_behind() {
    let (world, _hip) = World::start().await;
    for code in 8001..=8020 {
        let (status, _) = world.push(&visit(&code.to_string(), false)).await;
        assert_eq!(status, 201);
        let (status, shown) = get(&world, &format!("/v1/visits/{code}?facility={FACILITY}")).await;
        assert_eq!(status, 200, "{shown}");
    }
}
