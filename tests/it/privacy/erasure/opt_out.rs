//! A deleted ABHA erases nobody, unless the operator wants it to.

use hip_sandbox::{ApiVersion, PatientStatus};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::API_KEY;
use reqwest::Method;
use serde_json::json;

use super::{hers, opened, traces};

async fn left(world: &World, status: PatientStatus) {
    let phr = world.sandbox.phr();
    phr.patient_status("kavya.n90@sbx", FACILITY, status, ApiVersion::V3);
    world.until("patient.abha_detached", 1).await;
    world.until_idle().await;
}

async fn linked(sections: &str) -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start_with(sections).await;
    world.push(&visit("3201", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    (world, hip)
}

#[tokio::test]
async fn without_a_word_from_the_operator_the_records_stay() {
    let (world, _hip) = linked("").await;
    left(&world, PatientStatus::Deleted).await;
    assert_eq!(world.count("subject.erasure_requested").await, 0);
    assert_eq!(opened(&world, &["Migraine"]).await.0.len(), 1);
}

#[tokio::test]
async fn a_deleted_abha_takes_the_person_along_where_that_is_wanted() {
    let (world, _hip) = linked("[erasure]\non_opt_out = \"erase\"\n").await;
    left(&world, PatientStatus::Deleted).await;
    world.until("subject.purged", 1).await;
    world.until_idle().await;
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
    assert_eq!(traces(&world, hers()).await, [""; 0]);
}

#[tokio::test]
async fn a_deactivated_abha_may_come_back_and_erases_nobody() {
    let (world, _hip) = linked("[erasure]\non_opt_out = \"erase\"\n").await;
    left(&world, PatientStatus::Deactivated).await;
    assert_eq!(world.count("subject.erasure_requested").await, 0);
}

#[tokio::test]
async fn to_try_a_replay_of_a_deleted_abha_destroys_nothing() {
    let (world, hip) = linked("[erasure]\non_opt_out = \"erase\"\n").await;
    assert!(hip.terminate());
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let strict = config.replacen("[gateway]\n", "[gateway]\nlateness_s_max = -1\n", 1);
    std::fs::write(&world.launch.config, strict).unwrap();
    let _hip = world.launch.start().await;
    let phr = world.sandbox.phr();
    phr.patient_status("kavya.n90@sbx", FACILITY, PatientStatus::Deleted, ApiVersion::V3);
    world.until("inbound.rejected", 1).await;
    world.until_idle().await;
    let head = world.log.head().await.unwrap();

    let wish = json!({ "where": { "kind": "patient_status" }, "dryRun": true });
    let (status, shown) = world.ask(API_KEY, Method::POST, "/v1/replays", Some(&wish)).await;
    let facts = &shown["rehearsed"][0]["facts"];
    let would_erase =
        facts.as_array().is_some_and(|facts| facts.contains(&json!("subject.erased")));
    assert!(status == 200 && would_erase, "{status} {shown:#}");
    assert_eq!(world.count("access.listed").await, 1);
    assert_eq!(world.log.head().await.unwrap(), head + 1, "only who has looked was written");
    assert_eq!(opened(&world, &["Migraine"]).await.0.len(), 1, "every key is there");
}
