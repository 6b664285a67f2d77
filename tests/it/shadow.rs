//! `hip replay shadow`: whether the same would come of what was archived.

use hip_sandbox::{Dialect, DiscoverRequest, Grant, HealthInformationRequest};
use hip_tests::World;
use hip_tests::person::{FACILITY, SECRETS, abha_holder, visit};
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};

use crate::privacy::play;

/// What a shadow replay of everything finds: its exit code, its lines, the last one apart.
async fn shadow(world: &World) -> (i32, Vec<Value>, Value) {
    let config = world.launch.config.display().to_string();
    let since = "2000-01-01T00:00:00Z";
    let arguments = ["replay", "shadow", "--since", since, "--json", "--config", &config];
    let output = world.hip(&arguments).await;
    let (text, error) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    let last = lines.pop().unwrap_or_else(|| panic!("it says nothing: {error}"));
    (output.status.code().unwrap(), lines, last)
}

fn differences(lines: &[Value]) -> Vec<&Value> {
    lines.iter().map(|line| &line["difference"]).filter(|found| !found.is_null()).collect()
}

#[tokio::test]
async fn what_has_not_changed_leads_to_the_same() {
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

/// A consent that is revoked, a request under it that is refused, an amended visit, a stranger.
async fn ended(world: &World) {
    let wish = hip_sandbox::ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    for dialect in Dialect::ALL {
        let request = HealthInformationRequest::new(&consent, dialect);
        let transaction = world.sandbox.hiu().request(request).await.unwrap();
        world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    }
    world.sandbox.phr().revoke(&consent).await.unwrap();
    let request = HealthInformationRequest::new(&consent, Dialect::WRaw);
    world.sandbox.hiu().request(request).await.unwrap_err();
    let mut amended = visit("3002", true);
    amended["eventId"] = json!("6f1b7f5e-0000-4000-8000-00000000bbbb");
    amended["beneficiary"]["name"] = json!("Kavya Menon");
    assert_eq!(world.push(&amended).await.0, 201);
    let mut stranger = abha_holder();
    stranger.abha_address = "ravi@sbx".to_owned();
    stranger.abha_number = "91000000000001".to_owned();
    world.sandbox.register_abha(stranger.clone());
    let request = DiscoverRequest::new(FACILITY, &stranger);
    let _ = world.sandbox.phr().discover(request).await.unwrap().answer;
    world.until_idle().await;
}
