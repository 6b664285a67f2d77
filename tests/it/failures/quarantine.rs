//! An event that a reader must not skip and cannot apply is put aside for the person that it is about: everybody
//! else is served on, and what must know all of that person waits.

use chrono::{TimeZone, Utc};
use hip_sandbox::{ApiVersion, ConsentRequest, Grant, PatientStatus};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE};
use serde_json::{Value, json};
use sqlx::Executor;

const ADDRESS: &str = "kavya.n90@sbx";

async fn alter(world: &World, statement: &'static str) {
    world.database.as_owner().await.execute(statement).await.unwrap();
}

async fn reader(world: &World, name: &str) -> Value {
    let output = world.hip(&["projection", "status", "--json"]).await;
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut all = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    all.find(|one| one["name"] == name).unwrap()
}

/// A consent over the records since a year.
async fn consent(world: &World, year: i32) -> String {
    let from = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
    let to = Utc.with_ymd_and_hms(2026, 12, 31, 0, 0, 0).unwrap();
    let wish = ConsentRequest { date_range: (from, to), ..ConsentRequest::new(ADDRESS, FACILITY) };
    let wish = world.sandbox.hiu().request_consent(wish);
    world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap()
}

async fn shown(world: &World, consent: &str) -> Option<String> {
    sqlx::query_scalar("SELECT status FROM hip.consent WHERE consent_id = $1")
        .bind(consent)
        .fetch_optional(&world.pool)
        .await
        .unwrap()
}

async fn ready(world: &World) -> (u16, Value) {
    let response = reqwest::get(format!("{}/health/ready", world.launch.url)).await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Until a task of this kind waits for what was put aside.
async fn until_waits(world: &World, kind: &str) {
    let waits = "SELECT EXISTS (SELECT FROM es.outbox \
                 WHERE state = 'due' AND kind = $1 AND last_error LIKE '%put aside%')";
    world
        .eventually("the task waits", async || {
            sqlx::query_scalar(waits).bind(kind).fetch_one(&world.pool).await.unwrap()
        })
        .await;
}

/// A patient with a consent that the table takes, and one that it does not.
async fn quarantined() -> (World, HipProcess, String, String) {
    let (world, hip) = World::start().await;
    world.push(&visit("6401", true)).await;
    world.until("visit.linked", 1).await;
    let plain = consent(&world, 2020).await;
    alter(&world, "ALTER TABLE hip.consent ADD CONSTRAINT odd CHECK (range_from > '2001-01-01')")
        .await;
    let odd = consent(&world, 2000).await;
    world
        .eventually("it is put aside", async || reader(&world, "consent").await["parked"] == 1)
        .await;
    (world, hip, plain, odd)
}

#[tokio::test]
async fn a_consent_that_cannot_be_applied_stops_nobody_else_and_is_shown() {
    let (world, _hip, _, odd) = quarantined().await;
    world
        .eventually("the reader goes on", async || {
            reader(&world, "consent").await["lagEvents"] == 0
        })
        .await;
    let consents = reader(&world, "consent").await;
    assert_eq!(consents["state"], "live");
    let event = &consents["parkedEvents"][0];
    assert_eq!(
        (event["reason"].as_str(), event["facility"].as_str()),
        (Some("database error 23514"), Some(FACILITY))
    );
    assert_eq!(event["stream"], format!("consent-{odd}"));

    // Somebody else's consents are granted and taken back as ever.
    let mut other = visit("6402", true);
    for (member, value) in [
        ("beneficiaryId", "77002345"),
        ("beneficiaryRegId", "77002345"),
        ("name", "Tara Other"),
        ("phone", "+91 98450 54321"),
        ("abhaNumber", "91-7777-9999-0001"),
        ("abhaAddress", "tara.other@sbx"),
    ] {
        other["beneficiary"][member] = value.into();
    }
    world.sandbox.register_abha(hip_sandbox::AbhaHolder {
        abha_address: "tara.other@sbx".to_owned(),
        abha_number: "91777799990001".to_owned(),
        name: "Tara Other".to_owned(),
        mobile: "9845054321".to_owned(),
        ..hip_tests::person::abha_holder()
    });
    assert_eq!(world.push(&other).await.0, 201);
    world.until("visit.linked", 2).await;
    let wish = ConsentRequest::new("tara.other@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let granted = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    world.sandbox.phr().revoke(&granted).await.unwrap();
    world
        .eventually("it is taken back", async || {
            shown(&world, &granted).await.as_deref() == Some("revoked")
        })
        .await;

    let (status, said) = ready(&world).await;
    let put_aside = json!([{ "reader": "consent", "events": 1 }]);
    assert_eq!((status, &said["ready"], &said["putAside"]), (200, &json!(true), &put_aside));
    let config = world.launch.config.display().to_string();
    let doctor = world.hip(&["doctor", "--json", "--config", &config]).await;
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert!(said.contains("hip projection unpark consent"), "{said}");
}

#[tokio::test]
async fn an_opt_out_waits_for_what_was_put_aside_and_then_ends_that_too() {
    let (world, _hip, plain, odd) = quarantined().await;
    let told = world.sandbox.phr().patient_status(
        ADDRESS,
        FACILITY,
        PatientStatus::Deactivated,
        ApiVersion::V3,
    );
    let heard = world.sandbox.journal().wait_for(PATIENCE, |entry| {
        entry.request_id.as_deref() == Some(&told) && entry.status == Some(202)
    });
    heard.await.unwrap();
    // What is shown ends at once, and the message is not done with.
    until_waits(&world, "interpret").await;
    world.until("patient.abha_detached", 1).await;
    world
        .eventually("it has ended", async || {
            shown(&world, &plain).await.as_deref() != Some("granted")
        })
        .await;
    assert_eq!(shown(&world, &odd).await, None);

    alter(&world, "ALTER TABLE hip.consent DROP CONSTRAINT odd").await;
    let unparked = world.hip(&["projection", "unpark", "consent"]).await;
    assert_eq!(unparked.status.code(), Some(0), "{unparked:?}");
    world
        .eventually("it has ended too", async || {
            shown(&world, &odd).await.is_some_and(|status| status != "granted")
        })
        .await;
    world.until_idle().await;
    let (status, said) = ready(&world).await;
    assert_eq!((status, &said["putAside"]), (200, &json!([])));
}

#[tokio::test]
async fn an_erasure_waits_for_what_was_put_aside_about_that_person() {
    let (world, _hip, _, _) = quarantined().await;
    let wish = json!({ "patientReference": "88001234", "reason": "she asked for it" });
    let asked = reqwest::Client::new()
        .post(format!("{}/v1/erasures", world.launch.url))
        .bearer_auth(API_KEY)
        .header("content-type", "application/json")
        .body(wish.to_string());
    let asked = asked.send().await.unwrap();
    assert!(asked.status().is_success(), "{}", asked.text().await.unwrap());
    until_waits(&world, "erase").await;
    assert_eq!(world.count("subject.erased").await, 0);
    alter(&world, "ALTER TABLE hip.consent DROP CONSTRAINT odd").await;
    assert_eq!(world.hip(&["projection", "unpark", "consent"]).await.status.code(), Some(0));
    world.until("subject.erased", 1).await;
}
