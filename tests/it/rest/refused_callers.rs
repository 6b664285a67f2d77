//! Callers with an unknown key: they are logged, counted, and told to wait; nobody else is.

use hip_tests::World;
use hip_tests::world::{API_KEY, key_of};
use reqwest::{Client, Response};
use serde_json::Value;

async fn get(world: &World, path: &str, key: &str, forwarded: Option<&str>) -> Response {
    let client = Client::builder().build().unwrap();
    let mut request = client.get(format!("{}{path}", world.launch.url)).bearer_auth(key);
    if let Some(addresses) = forwarded {
        request = request.header("x-forwarded-for", addresses);
    }
    request.send().await.unwrap()
}

async fn status(world: &World, key: &str) -> u16 {
    get(world, "/v1/visits/4711", key, None).await.status().as_u16()
}

/// The lines about refused callers in the log of the process.
fn refusals(world: &World) -> Vec<Value> {
    let lines = world.logged();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.to_string().contains("a caller was refused")).collect()
}

#[tokio::test]
async fn a_key_that_is_too_short_keeps_the_service_from_starting_and_the_doctor_says_so() {
    let mut world = World::create().await;
    let config = world.launch.config.display().to_string();
    for weak in ["x", "suite-api-key", &"a".repeat(64)] {
        world.launch.api_key = weak.to_owned();
        let refused = world.hip(&["serve", "--config", &config]).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{weak}");
        assert!(said.contains("HIP_API_KEY is too short"), "{said}");
        assert!(said.contains("hip key new"), "{said}");
        let found = world.hip(&["doctor", "--config", &config]).await;
        let said = String::from_utf8_lossy(&found.stdout).into_owned();
        assert_eq!(found.status.code(), Some(1), "{said}");
        assert!(said.contains("HIP_API_KEY is too short"), "{said}");
    }
    let made = world.hip(&["key", "new", "--json"]).await;
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    world.launch.api_key = made["key"].as_str().unwrap().to_owned();
    let _hip = world.launch.start().await;
    assert_eq!(status(&world, &world.launch.api_key).await, 404, "it is known");
}

#[tokio::test]
async fn a_client_whose_digest_is_of_a_short_key_is_nobody() {
    let section = |name: &str, key: &str| {
        let digest = hip_infra::config::key_sha256(key);
        format!("[[client]]\nname = {name:?}\nroles = [\"emr\"]\nkey_sha256 = {digest:?}\n")
    };
    let sections = section("weak", "a") + &section("strong", &key_of("strong"));
    let (world, _hip) = World::start_with(&sections).await;
    assert_eq!(status(&world, "a").await, 401);
    assert_eq!(status(&world, &key_of("strong")).await, 404);
}

#[tokio::test]
async fn key_guessing_is_logged_and_throttled_and_valid_keys_are_not() {
    let sections = "[throttle]\nfailures_per_address_max = 3\n";
    let (world, _hip) = World::start_with(sections).await;
    for n in 0..3 {
        assert_eq!(status(&world, &key_of(&n.to_string())).await, 401);
    }
    let held_up = get(&world, "/v1/visits/4711", &key_of("3"), None).await;
    assert_eq!(held_up.status(), 429);
    let wait: u32 = held_up.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    let problem: Value = held_up.json().await.unwrap();
    assert_eq!(problem["type"], "urn:hip:problem:too-many-unknown-keys");
    // Every way in, and whatever address the caller claims.
    let forwarded = get(&world, "/v1/visits/4711", &key_of("4"), Some("203.0.113.9")).await;
    assert_eq!(forwarded.status(), 429, "no proxy is trusted");
    let fhir = get(&world, "/fhir/Bundle/4711", &key_of("5"), None).await;
    assert_eq!(fhir.status(), 429);
    assert!(fhir.headers().contains_key("retry-after"));
    let amrit = "/facility/getAbdmRegisteredFacilities";
    let refused = get(&world, amrit, &key_of("6"), None).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let envelope: Value = refused.json().await.unwrap();
    assert_eq!(envelope["errorMessage"], "Invalid login key or session is expired");
    // The same address with a key that is known.
    assert_eq!(status(&world, API_KEY).await, 404);
    assert_eq!(get(&world, amrit, API_KEY, None).await.status(), 200);

    let lines = refusals(&world);
    let seen: Vec<_> = lines.iter().map(|line| line["fields"].clone()).collect();
    let statuses: Vec<_> = seen.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [401, 401, 401, 429, 429, 429, 429], "{seen:#?}");
    for line in &lines {
        assert_eq!(
            (&line["level"], &line["fields"]["address"]),
            (&"WARN".into(), &"127.0.0.1".into())
        );
    }
    assert_eq!(seen[0]["route"], "/v1/visits/{visitCode}");
    assert_eq!(seen[6]["route"], amrit);
    let logged = world.logged();
    for n in 0..7 {
        assert!(!logged.contains(&key_of(&n.to_string())), "a key is in the log");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_caller_is_counted_alone() {
    let sections =
        "[throttle]\nfailures_per_address_max = 1\ntrusted_proxies = [\"127.0.0.0/8\"]\n";
    let (world, _hip) = World::start_with(sections).await;
    let guess = async |forwarded: &str| {
        let path = "/v1/visits/4711";
        get(&world, path, &key_of("unknown"), Some(forwarded)).await.status().as_u16()
    };
    assert_eq!(guess("203.0.113.1").await, 401);
    assert_eq!(guess("198.51.100.7, 203.0.113.1").await, 429, "what a caller adds is not believed");
    assert_eq!(guess("203.0.113.2").await, 401);
    let addresses: Vec<_> =
        refusals(&world).iter().map(|line| line["fields"]["address"].clone()).collect();
    assert_eq!(addresses, ["203.0.113.1", "203.0.113.1", "203.0.113.2"]);
}

#[tokio::test]
async fn a_forbidden_request_is_logged_and_not_throttled() {
    let digest = hip_infra::config::key_sha256(&key_of("auditor"));
    let sections = format!(
        "[throttle]\nfailures_per_address_max = 1\n\
         [[client]]\nname = \"auditor\"\nroles = [\"auditor\"]\nkey_sha256 = {digest:?}\n"
    );
    let (world, _hip) = World::start_with(&sections).await;
    let client = Client::builder().build().unwrap();
    for _ in 0..3 {
        let request = client.post(format!("{}/v1/visits", world.launch.url));
        let refused = request.bearer_auth(key_of("auditor")).body("{}").send().await.unwrap();
        assert_eq!(refused.status(), 403);
    }
    let amrit =
        get(&world, "/facility/getAbdmRegisteredFacilities", &key_of("auditor"), None).await;
    assert_eq!(amrit.status(), 200, "AMRIT's envelope, as before");
    let lines = refusals(&world);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["fields"]["route"], "/v1/visits");
    assert_eq!(lines[0]["fields"]["status"], 403);
}

#[tokio::test]
async fn a_callback_that_is_not_believed_is_logged_with_its_address() {
    let (world, _hip) = World::start().await;
    let path = "/api/v3/hip/patient/care-context/discover";
    let client = Client::builder().build().unwrap();
    let request = client.post(format!("{}{path}", world.launch.url)).bearer_auth("made-up");
    assert_eq!(request.body("{}").send().await.unwrap().status(), 401);
    let lines = refusals(&world);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["fields"]["address"], "127.0.0.1");
    assert_eq!(lines[0]["fields"]["route"], "/v3/hip/patient/care-context/discover");
    assert_eq!(lines[0]["level"], "WARN");
}
