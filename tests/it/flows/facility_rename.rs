//! A facility whose service id was corrected keeps its visits, and answers under both ids.

use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat, Operation,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};

const NEW: &str = "IN0610099001_2";

/// The configuration names the facility by its new id.
fn configure_new_id(world: &World) {
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let (old, new) =
        (format!("id = {FACILITY:?}"), format!("id = {NEW:?}\nhfr_id = \"IN0610099001_H\""));
    assert!(config.contains(&old));
    std::fs::write(&world.launch.config, config.replacen(&old, &new, 1)).unwrap();
}

async fn doctor(world: &World) -> Value {
    let config = world.launch.config.display().to_string();
    let told = world.hip(&["doctor", "--json", "--config", &config]).await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let checks = told["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == "visits").cloned().unwrap_or_default()
}

/// Two linked visits, and a provider that is stopped.
async fn corrected() -> World {
    // Tokens of the old id are refused under the new one; the next may be asked for at once.
    let (world, hip) = World::start_with("[linking]\nduplicate_window_s = 1\n").await;
    world.push(&visit("3801", true)).await;
    world.push(&visit("3802", true)).await;
    // Her mobile leads to this one.
    world.push(&visit("3808", false)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    assert!(hip.terminate());
    world.sandbox.register_facility(NEW, "PHC Ambegaon");
    configure_new_id(&world);
    world
}

async fn renamed() -> (World, HipProcess) {
    let world = corrected().await;
    let told = world.hip(&["facility", "rename", FACILITY, NEW]).await;
    assert!(told.status.success(), "{told:?}");
    let hip = world.launch.start().await;
    (world, hip)
}

#[tokio::test]
async fn visits_of_an_id_that_nobody_has_are_named_at_the_start_and_by_the_doctor() {
    let world = corrected().await;
    let hip = world.launch.start().await;
    let warned = world.logged();
    let warned = warned.lines().find(|line| line.contains("hip facility rename")).unwrap();
    let warned: Value = serde_json::from_str(warned).unwrap();
    assert_eq!(warned["fields"]["facility"], FACILITY);
    assert_eq!(warned["fields"]["visits"], 3);
    let told = doctor(&world).await;
    assert_eq!(told["outcome"], "failed", "{told}");
    assert!(told["what"].as_str().unwrap().contains(&format!("3 are of {FACILITY}")), "{told}");
    assert!(told["cure"].as_str().unwrap().contains("hip facility rename"), "{told}");

    let told = world.hip(&["facility", "rename", FACILITY, NEW]).await;
    assert!(told.status.success(), "{told:?}");
    assert_eq!(doctor(&world).await["outcome"], "ok");
    // Once more changes nothing.
    let told = world.hip(&["facility", "rename", FACILITY, NEW]).await;
    assert!(told.status.success(), "{told:?}");
    assert_eq!(world.count("facility.renamed").await, 1);
    drop(hip);
}

#[tokio::test]
async fn a_renamed_facility_is_found_consented_to_and_answers_under_its_new_id() {
    let (world, _hip) = renamed().await;
    for facility in [NEW, FACILITY] {
        let request = DiscoverRequest::new(facility, &abha_holder());
        let found = world.sandbox.phr().discover(request).await.unwrap();
        let offered = found.answer.unwrap().care_contexts;
        assert!(!offered.is_empty(), "{facility}");
        let wish =
            world.sandbox.hiu().request_consent(ConsentRequest::new("kavya.n90@sbx", facility));
        let pair = ("88001234".to_owned(), "3801".to_owned());
        let grant = Grant { care_contexts: Some(vec![pair]), ..Grant::default() };
        let consent = world.sandbox.phr().grant(&wish, grant).await.unwrap();
        let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        let transaction = world.sandbox.hiu().request(request).await.unwrap();
        let hiu = world.sandbox.hiu();
        let delivery = hiu.wait_until_complete(&transaction, PATIENCE).await.unwrap();
        assert!(!delivery.pages.is_empty(), "{facility}");
    }
    world.until("transfer.completed", 2).await;
    world.until_idle().await;
    let told = world.sandbox.journal().snapshot();
    let told: Vec<_> =
        told.iter().filter(|it| it.operation == Some(Operation::DataFlowNotify)).collect();
    assert_eq!(told.len(), 2);
    // Each question is answered under the id by which it was asked.
    for (notify, id) in told.iter().zip([NEW, FACILITY]) {
        assert_eq!(notify.header("x-hip-id"), Some(id));
        assert_eq!(notify.body["notification"]["statusNotification"]["hipId"], json!(id));
    }

    // What is pushed from now on belongs to the same facility, under any of its ids.
    for (code, named) in [("3803", NEW), ("3804", FACILITY), ("3805", "IN0610099001_H")] {
        let mut document = visit(code, true);
        document["facility"]["abdmFacilityId"] = json!(named);
        assert_eq!(world.push(&document).await.0, 201, "{named}");
    }
    world.until("visit.linked", 5).await;
    world.until_idle().await;
    let linked = world.sandbox.journal().snapshot().into_iter();
    let linked: Vec<_> =
        linked.filter(|it| it.operation == Some(Operation::LinkCareContext)).skip(2).collect();
    assert!(linked.len() >= 3);
    assert!(linked.iter().all(|link| link.header("x-hip-id") == Some(NEW)));
    let stored: Vec<String> = sqlx::query_scalar("SELECT DISTINCT facility_id FROM hip.visit")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert_eq!(stored, [FACILITY], "the log keeps the first id");
}

#[tokio::test]
async fn two_facilities_do_not_become_one() {
    let (world, hip) =
        World::start_with("[[facility]]\nid = \"IN0610099002\"\nname = \"PHC Other\"\n").await;
    world.push(&visit("3806", false)).await;
    let mut other = visit("3807", false);
    other["facility"]["abdmFacilityId"] = json!("IN0610099002");
    assert_eq!(world.push(&other).await.0, 201);
    world.until_idle().await;
    let refused = world.hip(&["facility", "rename", FACILITY, "IN0610099002"]).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let refused = world.hip(&["facility", "rename", "IN0610099009", NEW]).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert_eq!(world.count("facility.renamed").await, 0);
    drop(hip);
}
