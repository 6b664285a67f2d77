//! `hip replay shadow`: whether the same would come of what was archived.

use std::sync::Arc;

use hip_sandbox::{
    AbhaHolder, ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, SECRETS, abha_holder, mentions, visit};
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};

use crate::operations::replay::{YearAsText, failed_before};
use crate::privacy::erasure::erase_her;
use crate::privacy::nothing_personal::play;

/// What a shadow replay of everything finds: its exit code, its lines, the last one apart.
pub(crate) async fn shadow(world: &World) -> (i32, Vec<Value>, Value) {
    let config = world.launch.config.display().to_string();
    let since = "2000-01-01T00:00:00Z";
    let arguments = ["replay", "shadow", "--since", since, "--json", "--config", &config];
    let output = world.hip(&arguments).await;
    let (text, error) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(SECRETS.iter().all(|secret| !mentions(&text, secret)), "{text}");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    let last = lines.pop().unwrap_or_else(|| panic!("it says nothing: {error}"));
    (output.status.code().unwrap(), lines, last)
}

pub(crate) fn differences(lines: &[Value]) -> Vec<&Value> {
    lines.iter().map(|line| &line["difference"]).filter(|found| !found.is_null()).collect()
}

#[tokio::test]
async fn an_unchanged_program_reproduces_every_event() {
    let (world, _hip) = World::start().await;
    play(&world).await;
    ended(&world).await;
    let head = world.log.head().await.unwrap();
    let calls = world.sandbox.journal().snapshot().len();

    let (code, lines, last) = shadow(&world).await;
    assert_eq!(differences(&lines), Vec::<&Value>::new(), "{last:#}");
    let unlike: Vec<_> = lines.iter().filter(|line| line["same"] != true).collect();
    assert!(unlike.is_empty() && lines.len() == 11, "{lines:#?}");
    assert_eq!(code, 0);
    let looked = &last["looked"];
    assert_eq!(looked["events"], head);
    assert!(looked["callbacks"].as_i64().unwrap() > 10, "{last:#}");
    assert!(looked["calls"].as_i64().unwrap() > 10, "{last:#}");
    assert_eq!((&looked["underWay"], &looked["notPlayed"]), (&json!(0), &json!(0)));
    assert_eq!(world.log.head().await.unwrap(), head, "nothing was written");
    assert_eq!(world.sandbox.journal().snapshot().len(), calls, "nothing has left");
}

/// `HIP_EARLIER_BINARY` names the binary of an earlier version.
#[tokio::test]
async fn the_log_of_an_earlier_binary_leads_to_the_same() {
    let Some(binary) = std::env::var_os("HIP_EARLIER_BINARY") else {
        eprintln!("skipped: HIP_EARLIER_BINARY names no binary");
        return;
    };
    let mut world = World::create_with("").await;
    world.launch.binary = Some(binary.into());
    let earlier = world.launch.start().await;
    play(&world).await;
    ended(&world).await;
    assert!(earlier.terminate());

    let (code, lines, last) = shadow(&world).await;
    assert_eq!(differences(&lines), Vec::<&Value>::new(), "{last:#}");
    assert_eq!(code, 0, "{lines:#?}");
    assert!(last["looked"]["callbacks"].as_i64().unwrap() > 10, "{last:#}");
}

/// A consent that is revoked, a request under it that is refused, an amended visit, a stranger.
async fn ended(world: &World) {
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    for key_format in KeyFormat::ALL {
        let request = HealthInformationRequest::new(&consent, key_format);
        let transaction = world.sandbox.hiu().request(request).await.unwrap();
        world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    }
    world.sandbox.phr().revoke(&consent).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    world.sandbox.hiu().request(request).await.unwrap_err();
    let mut amended = visit("3002", true);
    amended["eventId"] = json!("6f1b7f5e-0000-4000-8000-00000000bbbb");
    amended["beneficiary"]["name"] = json!("Kavya Menon");
    assert_eq!(world.push(&amended).await.0, 201);
    let stranger = AbhaHolder {
        abha_address: "ravi@sbx".to_owned(),
        abha_number: "91000000000001".to_owned(),
        ..abha_holder()
    };
    world.sandbox.register_abha(stranger.clone());
    let request = DiscoverRequest::new(FACILITY, &stranger);
    let _ = world.sandbox.phr().discover(request).await.unwrap().answer;
    world.until_idle().await;
}

/// Names what follows from an event in another way.
fn facts(found: &Value) -> Vec<(&str, &str)> {
    let facts = found["facts"].as_array().unwrap();
    facts
        .iter()
        .map(|fact| (fact["name"].as_str().unwrap(), fact["how"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn other_thresholds_would_give_another_answer() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("visit.bundles_built", 1).await;
    let mut holder = abha_holder();
    holder.abha_address = "kavya.one@sbx".to_owned();
    holder.abha_number = "91000000001991".to_owned();
    holder.year_of_birth = 1991;
    world.sandbox.register_abha(holder.clone());
    let request = DiscoverRequest::new(FACILITY, &holder);
    assert!(world.sandbox.phr().discover(request).await.unwrap().answer.is_ok());
    world.until_idle().await;
    assert_eq!(shadow(&world).await.0, 0);

    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let strict = config + "[discovery]\nyear_tolerance = 0\n";
    std::fs::write(&world.launch.config, strict).unwrap();
    let (code, lines, last) = shadow(&world).await;
    let found = differences(&lines);
    assert_eq!(
        (code, found.len(), &last["looked"]["differences"]),
        (1, 1, &json!(1)),
        "{lines:#?}"
    );
    assert_eq!(found[0]["event"], "discovery.requested");
    let expected = [("discovery.patient_matched", "removed"), ("discovery.not_matched", "added")];
    assert_eq!(facts(found[0]), expected);
    // The answer that the patient would get has an error in the place of her records.
    let call = &found[0]["calls"][0];
    assert_eq!((&call["kind"], &call["how"]), (&json!("on_discover"), &json!("changed")));
    let members = call["members"].as_array().unwrap_or_else(|| panic!("{:#}", found[0]));
    let has = |path: &str, how: &str| {
        members
            .iter()
            .any(|one| one["path"].as_str().unwrap().starts_with(path) && one["how"] == how)
    };
    assert!(has("$.error.code", "added") && has("$.patient", "removed"), "{call:#}");
    assert_eq!(found[0]["calls"].as_array().unwrap().len(), 1);

    let config = world.launch.config.display().to_string();
    let arguments = ["replay", "shadow", "--since", "2000-01-01T00:00:00Z", "--config", &config];
    let told = String::from_utf8(world.hip(&arguments).await.stdout).unwrap();
    assert!(told.contains("discovery.patient_matched        followed, and would not"), "{told}");
    assert!(told.contains("something else would follow from 1; 0 of 11 read models"), "{told}");
}

#[tokio::test]
async fn a_message_interpreted_by_an_earlier_version_differs() {
    let failed = async |world: &World| world.until("inbound.failed", 1).await;
    let (world, _doors, _today, request) = failed_before(Arc::new(YearAsText), failed).await;
    world.until_idle().await;
    let (code, lines, _) = shadow(&world).await;
    let found = differences(&lines);
    assert_eq!((code, found.len()), (1, 1), "{lines:#?}");
    assert_eq!(
        (&found[0]["event"], &found[0]["requestId"]),
        (&json!("inbound.received"), &json!(request))
    );
    let expected = [("discovery.requested", "added"), ("inbound.failed", "removed")];
    assert_eq!(facts(found[0]), expected);
    let call = json!({ "kind": "on_discover", "requestId": null, "how": "added" });
    assert_eq!(found[0]["calls"], json!([call]));

    // The replay that mends it is passed over; what was the mistake stays one.
    let items = world.replay(&[&request], "safe").await;
    assert_eq!(items[0]["outcome"], "completed");
    world.until_idle().await;
    let (code, lines, last) = shadow(&world).await;
    assert_eq!((code, differences(&lines).len()), (1, 1), "{lines:#?}");
    assert_eq!(last["looked"]["notPlayed"], 1);
}

#[tokio::test]
async fn a_read_model_that_is_no_fold_of_the_log_is_seen() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    let forged = "UPDATE hip.care_context SET link_state = 'linked'";
    sqlx::query(forged).execute(&mut world.database.as_owner().await).await.unwrap();
    let (code, lines, last) = shadow(&world).await;
    assert_eq!((code, differences(&lines).len()), (1, 0), "{lines:#?}");
    let unlike: Vec<_> = lines.iter().filter(|line| line["same"] == false).collect();
    assert_eq!(unlike.len(), 1, "{lines:#?}");
    assert_eq!(unlike[0]["readModel"], "care_context");
    assert_eq!(last["readModelsDifferent"], 1);
}

#[tokio::test]
async fn an_erased_patient_is_not_replayed() {
    let (world, _hip) = World::start().await;
    play(&world).await;
    erase_her(&world).await;
    world.until_idle().await;
    let (code, lines, last) = shadow(&world).await;
    assert_eq!(differences(&lines), Vec::<&Value>::new(), "{last:#}");
    assert_eq!((code, &last["readModelsDifferent"]), (0, &json!(0)), "{lines:#?}");
    let looked = &last["looked"];
    assert_eq!(looked["notPlayed"], 2, "the keys go, and the rest of her: {last:#}");
    assert!(looked["erased"].as_i64().unwrap() > 10, "{last:#}");
}
