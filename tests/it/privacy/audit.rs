//! `hip audit consent`: what happened under a consent, and what could be seen at a moment.

use chrono::{DateTime, TimeDelta, Utc};
use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, SECRETS, mentions, visit};
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};
use sqlx::Executor;

async fn audit(world: &World, consent: &str, at: Option<DateTime<Utc>>) -> Value {
    let at = at.map(|at| format!("--at={}", at.to_rfc3339()));
    let mut arguments = vec!["audit", "consent", consent, "--json"];
    arguments.extend(at.as_deref());
    world.hip_json(&arguments).await.remove(0)
}

/// One visit with three documents, given to an HIU; then a second visit under the same consent, never
/// asked for; then the end of the consent. The moments are after each.
async fn story() -> (World, hip_tests::process::HipProcess, String, [DateTime<Utc>; 4]) {
    let (world, hip) = World::start().await;
    let before = Utc::now();
    for code in ["7001", "7002"] {
        world.push(&visit(code, true)).await;
    }
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    let wish = world.sandbox.hiu().request_consent(ConsentRequest::new("kavya.n90@sbx", FACILITY));
    let phr = world.sandbox.phr();
    let consent = phr.grant(&wish, Grant::default()).await.unwrap();
    world.until_idle().await;
    let granted = Utc::now();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until("transfer.completed", 1).await;
    world.until_idle().await;
    let given = Utc::now();
    phr.revoke(&consent).await.unwrap();
    world.until("consent.revoked", 1).await;
    world.until_idle().await;
    (world, hip, consent, [before, granted, given, Utc::now()])
}

#[tokio::test]
async fn a_consent_is_told_from_its_grant_to_its_end() {
    let (world, _hip, consent, _) = story().await;
    let told = audit(&world, &consent, None).await;
    let events: Vec<_> =
        told["history"].as_array().unwrap().iter().map(|one| &one["event"]).collect();
    assert_eq!(events, ["consent.granted", "consent.revoked"]);
    assert_eq!(told["grant"]["facility"], FACILITY);
    assert_eq!(told["chainWhole"], true);
    let disclosure = &told["disclosures"][0];
    let pages = disclosure["pages"].as_array().unwrap();
    assert_eq!((pages.len(), disclosure["completedAt"].is_string()), (6, true), "{disclosure}");
    assert!(pages.iter().all(|page| page["takenAt"].is_string() && page["ciphertext"].is_string()));
    // Each line can be proven.
    world.hip(&["audit", "seal"]).await;
    let position = pages[0]["position"].to_string();
    let proof = world.hip_json(&["audit", "prove", &position]).await.remove(0);
    assert_eq!(proof["event"]["type"], "transfer.page_pushed");

    let in_words = world.hip(&["audit", "consent", &consent]).await;
    let in_words = String::from_utf8(in_words.stdout).unwrap();
    assert!(in_words.contains("consent.revoked") && in_words.contains("taken at"), "{in_words}");
    let all = told.to_string() + &in_words;
    assert!(SECRETS.iter().all(|secret| !mentions(&all, secret)), "{all}");

    let unknown = "7f0c5f3c-0000-4000-8000-000000000000";
    assert_eq!(world.hip(&["audit", "consent", unknown]).await.status.code(), Some(1));
}

#[tokio::test]
async fn access_under_a_consent_is_reported_for_each_moment() {
    let (world, _hip, consent, [before, granted, given, revoked]) = story().await;
    let seen = async |at: DateTime<Utc>| {
        let as_of = audit(&world, &consent, Some(at)).await["asOf"].clone();
        let records = as_of["records"].as_array().unwrap();
        let taken = records.iter().filter(|record| record["givenAt"].is_string()).count();
        (as_of["inForce"].as_bool().unwrap(), taken, records.len() - taken)
    };
    assert_eq!(seen(before).await, (false, 0, 0), "nothing was known");
    assert_eq!(seen(granted).await, (true, 0, 6), "all could be asked for");
    assert_eq!(seen(given).await, (true, 6, 0), "all was given");
    assert_eq!(seen(revoked).await, (false, 6, 0), "what was given stays seen, and nothing more");
    let as_of = audit(&world, &consent, Some(revoked)).await["asOf"].clone();
    assert_eq!(as_of["why"], json!("the consent is not granted"));
    let later = audit(&world, &consent, Some(revoked + TimeDelta::days(90))).await;
    assert_eq!(later["asOf"]["inForce"], false);
}

#[tokio::test]
async fn the_access_log_is_exported_line_by_line() {
    let (world, _hip, consent, _) = story().await;
    let shown = world.show("7001").await;
    let document = shown["documents"][0]["document_id"].as_str().unwrap();
    let url = format!("{}/fhir/Bundle/{document}", world.launch.url);
    let client = reqwest::Client::builder().build().unwrap();
    let read = client.get(url).bearer_auth(&world.launch.api_key).patiently().await.unwrap();
    assert_eq!(read.status(), 200);
    let lines = world.hip_json(&["audit", "export"]).await;
    let of = |what: &str| lines.iter().filter(|line| line["what"] == what).collect::<Vec<_>>();
    for (what, count) in [
        ("consent_granted", 1),
        ("records_requested", 1),
        ("document_disclosed", 6),
        ("consent_ended", 1),
        ("document_read", 1),
    ] {
        assert_eq!(of(what).len(), count, "{what}: {lines:#?}");
    }
    for disclosed in of("document_disclosed") {
        assert_eq!(disclosed["consent"], json!(consent));
        assert!(disclosed["who"].is_string() && disclosed["careContext"].is_string());
        assert!(disclosed["document"].is_string() && disclosed["patient"].is_string());
    }
    assert_eq!(of("document_read")[0]["document"], document);

    let events = world.hip_json(&["audit", "export", "--format", "fhir"]).await;
    assert_eq!(events.len(), lines.len());
    for event in &events {
        assert_eq!(event["resourceType"], "AuditEvent");
        let required = ["type", "recorded", "agent", "source"];
        assert!(required.iter().all(|name| !event[name].is_null()), "{event}");
    }
    let half = lines[4]["position"].to_string();
    // An export of a part is another look than those before, and the last that it tells of itself.
    let rest = world.hip_json(&["audit", "export", "--after", &half]).await;
    assert_eq!(rest.len(), lines.len() - 5 + 1);
    assert_eq!(rest.last().map(|line| &line["view"]), Some(&json!("accesses")));
    let all = format!("{lines:?}{events:?}");
    assert!(SECRETS.iter().all(|secret| !mentions(&all, secret)));
}

#[tokio::test]
async fn a_story_that_was_changed_is_not_told_as_true() {
    let (world, _hip, consent, _) = story().await;
    let mut owner = world.database.as_owner().await;
    owner.execute("ALTER TABLE es.event_p0000 DISABLE TRIGGER USER").await.unwrap();
    let change = "UPDATE es.event SET body = replace(convert_from(body, 'UTF8'), '\"page\":0', '\"page\":9')::bytea \
          WHERE event_type = 'transfer.page_pushed' AND codec = 0 AND stream_id LIKE 'transfer-%'";
    let changed = owner.execute(change).await.unwrap();
    assert!(changed.rows_affected() > 0);
    let output = world.hip(&["audit", "consent", &consent, "--json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["chainWhole"]), (Some(1), &json!(false)));
}
