//! `/fhir`, from outside: documents are shown by id, checked on request, and an unfit one stays here.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use hip_domain::id::Digest;
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::visit;
use hip_tests::process::hip_binary;
use hip_tests::world::API_KEY;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

fn client() -> reqwest::Client {
    reqwest::Client::builder().build().unwrap()
}

fn get(world: &World, path: &str) -> RequestBuilder {
    client().get(format!("{}{path}", world.launch.url)).bearer_auth(API_KEY)
}

async fn validate(world: &World, body: impl Into<reqwest::Body>) -> Response {
    let url = format!("{}/fhir/$validate", world.launch.url);
    client().post(url).bearer_auth(API_KEY).body(body).patiently().await.unwrap()
}

async fn worst(response: Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/fhir+json");
    let outcome: Value = response.json().await.unwrap();
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issues = outcome["issue"].as_array().unwrap();
    let is_there = |severity: &&str| issues.iter().any(|issue| issue["severity"] == *severity);
    let worst = ["error", "warning", "information"].into_iter().find(is_there);
    worst.unwrap().to_owned()
}

#[tokio::test]
async fn a_document_is_shown_by_id_as_it_would_be_sent_and_that_is_remembered() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    let shown = world.show("3001").await;
    let documents = shown["documents"].as_array().unwrap();
    assert!(documents.len() >= 2, "{shown}");
    for document in documents {
        let path = format!("/fhir/Bundle/{}", document["document_id"].as_str().unwrap());
        let response = get(&world, &path).patiently().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/fhir+json");
        assert_eq!(response.headers()["etag"], "W/\"1\"");
        let bytes = response.bytes().await.unwrap();
        assert_eq!(Digest::of(&bytes).to_string(), document["digest"].as_str().unwrap());
        assert_eq!(worst(validate(&world, bytes).await).await, "information");
    }
    let looks = world.count("access.record_read").await;
    assert_eq!(looks, i64::try_from(documents.len()).unwrap());

    let unknown = get(&world, "/fhir/Bundle/6f2b1e0e-63f5-5c0e-8f3a-2f6a3c1f9d11");
    let unknown = unknown.patiently().await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert_eq!(worst(unknown).await, "error");
    let anybody =
        client().get(format!("{}/fhir/Bundle/x", world.launch.url)).patiently().await.unwrap();
    assert_eq!(anybody.status(), 401);
    assert_eq!(worst(anybody).await, "error");
}

#[tokio::test]
async fn an_amended_document_says_what_it_replaces() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("visit.bundles_built", 1).await;
    let before = ids(&world).await;
    let mut amended = visit("3001", false);
    amended["eventId"] = json!("11111111-2222-4333-8444-555555555555");
    amended["prescriptions"][0]["frequency"] = json!("BD");
    world.push(&amended).await;
    world.until("visit.bundles_built", 2).await;
    let after = ids(&world).await;
    assert_ne!(before, after);
    for id in after {
        let bundle: Value = get(&world, &format!("/fhir/Bundle/{id}"))
            .patiently()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let composition = &bundle["entry"][0]["resource"];
        let replaced = composition["relatesTo"][0]["targetIdentifier"]["value"].as_str().unwrap();
        assert!(replaced.starts_with("3001-") && replaced.ends_with("-1"), "{replaced}");
    }
    let gone = get(&world, &format!("/fhir/Bundle/{}", before[0])).patiently().await.unwrap();
    assert_eq!(gone.status(), 404);
}

async fn ids(world: &World) -> Vec<String> {
    world.until_idle().await;
    let shown = world.show("3001").await;
    let documents = shown["documents"].as_array().unwrap().iter();
    documents.map(|document| document["document_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_validation_request_gets_an_outcome() {
    let (world, _hip) = World::start().await;
    for (body, severity) in [
        (&b"{"[..], "error"),
        (br#"{"resourceType":"Patient","active":1}"#, "error"),
        (br#"{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","active":1}}]}"#, "error"),
        (br#"{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Basic"}}]}"#, "warning"),
    ] {
        let response = validate(&world, body).await;
        assert_eq!(response.status(), 200);
        assert_eq!(worst(response).await, severity, "{}", String::from_utf8_lossy(body));
    }
    let deep = "[".repeat(10_000);
    assert_eq!(worst(validate(&world, deep).await).await, "error");
    assert!(refused_by_length(&world).starts_with("HTTP/1.1 413 "));
}

/// What is answered to a body of 100 MB before the first of its bytes is sent.
fn refused_by_length(world: &World) -> String {
    let address = world.launch.url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /fhir/$validate HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {API_KEY}\r\n\
         Content-Length: 100000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 4096];
    let count = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// Rules of a guide in which there are no bundles: nothing that is built fits it.
fn a_guide_without_bundles(folder: &Path) -> String {
    let definition = |kind: &str, name: &str| {
        json!({
            "resourceType": "StructureDefinition",
            "url": format!("http://hl7.org/fhir/StructureDefinition/{name}"),
            "kind": kind, "abstract": false, "type": name,
            "snapshot": { "element": [{ "id": name, "path": name, "min": 0, "max": "*" }] }
        })
    };
    let guide = folder.join("guide");
    std::fs::create_dir(&guide).unwrap();
    for (kind, name) in
        [("complex-type", "Element"), ("resource", "DomainResource"), ("resource", "Thing")]
    {
        let file = guide.join(format!("StructureDefinition-{name}.json"));
        std::fs::write(file, definition(kind, name).to_string()).unwrap();
    }
    let rules = folder.join("guide.rules");
    let compiled = Command::new(hip_binary())
        .args(["ig", "compile"])
        .arg(&guide)
        .arg("--out")
        .arg(&rules)
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    rules.display().to_string()
}

#[tokio::test]
async fn a_document_that_does_not_fit_the_operators_guide_is_kept_with_its_findings_and_not_shared()
{
    let folder = tempfile::tempdir().unwrap();
    let rules = a_guide_without_bundles(folder.path());
    let (world, _hip) = World::start_with(&format!("[bundle]\nrules = {rules:?}\n")).await;
    world.push(&visit("3001", true)).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    let shown = world.show("3001").await;
    assert_eq!(shown["documents"], json!([]));
    assert_eq!(shown["linked"], false);
    let rejected = shown["rejected"].as_array().unwrap();
    assert!(!rejected.is_empty());
    for document in rejected {
        let findings = document["findings"].as_array().unwrap();
        assert!(findings[0].as_str().unwrap().contains("Bundle"), "{document}");
        let path = format!("/fhir/Bundle/{}", document["document_id"].as_str().unwrap());
        let response = get(&world, &path).patiently().await.unwrap();
        assert_eq!(response.status(), 422);
        assert_eq!(worst(response).await, "error");
    }
    assert_eq!(world.count("care_context.link_requested").await, 0);
    assert_eq!(world.count("access.record_read").await, 0);
}
