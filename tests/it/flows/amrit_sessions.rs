//! Who is logged in to AMRIT may call as its user interface does, and nobody else but who has our key.

use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::FACILITY;
use hip_tests::servers::{redis_url, unique_name};
use hip_tests::world::API_KEY;
use serde_json::{Value, json};

/// Redis's own client: AMRIT's view.
async fn redis(arguments: &[&str]) {
    let url = redis_url().unwrap();
    let mut command = tokio::process::Command::new("redis-cli");
    let output = command.args(["-u", &url]).args(arguments).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

async fn call(world: &World, authorization: &str) -> Value {
    let client = reqwest::Client::builder().build().unwrap();
    let response = client
        .post(format!("{}/facility/saveAbdmFacilityId", world.launch.url))
        .header("authorization", authorization)
        .json(&json!({ "abdmFacilityId": FACILITY, "visitCode": 30_027_000_000_541_i64 }))
        .patiently()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn is_let_in(world: &World, authorization: &str) -> bool {
    let answer = call(world, authorization).await;
    let refused = "Invalid login key or session is expired";
    match answer["statusCode"].as_i64().unwrap() {
        200 => true,
        5000 if answer["errorMessage"] == refused => false,
        _ => panic!("{answer}"),
    }
}

#[tokio::test]
async fn a_session_lets_in_as_long_as_it_lasts_and_other_keys_do_not() {
    let Some(url) = redis_url() else { return };
    let prefix = unique_name();
    let sections = format!("[amrit]\nsession_key_prefix = \"{prefix}:\"\n");
    let mut world = World::create_with(&sections).await;
    world.launch.log_level = "trace";
    world.launch.environment = vec![("AMRIT_REDIS_URL", url)];
    let _hip = world.launch.start().await;

    let session = "6b3f0c4e9a7d4f1c8e2b5a60d9c1e7f3";
    let key = format!("{prefix}:{session}");
    assert!(!is_let_in(&world, session).await);
    redis(&["SET", &key, r#"{"userID":7}"#, "EX", "600"]).await;
    assert!(is_let_in(&world, session).await);
    assert!(is_let_in(&world, &format!("Bearer {session}")).await);
    assert!(!is_let_in(&world, &session.to_uppercase()).await);
    redis(&["DEL", &key]).await;
    assert!(!is_let_in(&world, session).await, "it was closed");

    // What else may lie there, under names that others know.
    redis(&["SET", &key, r#"{"userID":7}"#]).await;
    assert!(!is_let_in(&world, session).await, "it does not expire");
    redis(&["SET", &key, "1", "EX", "600"]).await;
    assert!(!is_let_in(&world, session).await, "it is no object");
    redis(&["DEL", &key]).await;
    redis(&["HSET", &key, "{", "{"]).await;
    redis(&["EXPIRE", &key, "600"]).await;
    assert!(!is_let_in(&world, session).await, "it is no text");
    redis(&["SET", &format!("{prefix}:short"), "{}", "EX", "600"]).await;
    assert!(!is_let_in(&world, "short").await);
    assert!(!is_let_in(&world, "").await);
    assert!(!is_let_in(&world, &"x".repeat(4000)).await);

    assert!(is_let_in(&world, API_KEY).await, "our own key is as good as before");
    assert!(!world.logged().contains(session));
}

/// A session in AMRIT's Redis.
const SESSION: &str = "6b3f0c4e9a7d4f1c8e2b5a60d9c1e7f3";

#[tokio::test]
async fn nothing_that_may_be_a_key_of_ours_is_looked_up() {
    let Some(url) = redis_url() else { return };
    let prefix = unique_name();
    let operator = hip_tests::world::key_of("operator");
    let digest = hip_infra::config::key_sha256(&operator);
    let sections = format!(
        "[amrit]\nsession_key_prefix = \"{prefix}:\"\n\
         [[client]]\nname = \"operator\"\nroles = [\"operator\"]\nkey_sha256 = {digest:?}\n"
    );
    let mut world = World::create_with(&sections).await;
    world.launch.environment = vec![("AMRIT_REDIS_URL", url)];
    let _hip = world.launch.start().await;
    // If they were looked up, they would be found.
    let mistyped = format!("hip_{SESSION}");
    let other = "Zq7dW2mX9rT4kB8nV1cJ6yHs3pFgLe0uAo5iQ-w_Rt7";
    for key in [&operator, mistyped.as_str(), other] {
        redis(&["SET", &format!("{prefix}:{key}"), "{}", "EX", "600"]).await;
        assert!(!is_let_in(&world, key).await);
    }
}

#[tokio::test]
async fn without_a_prefix_the_service_does_not_start_unless_it_is_told_to() {
    let Some(url) = redis_url() else { return };
    let mut world = World::create().await;
    world.launch.environment = vec![("AMRIT_REDIS_URL", url.clone())];
    let config = world.launch.config.display().to_string();
    let refused = world.hip(&["serve", "--config", &config]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("session_key_prefix"), "{said}");
    let found = world.hip(&["doctor", "--config", &config]).await;
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(said.contains("session_key_prefix"), "{said}");

    let sections = "[amrit]\nsession_keys_without_prefix = true\n";
    let mut world = World::create_with(sections).await;
    world.launch.environment = vec![("AMRIT_REDIS_URL", url)];
    let _hip = world.launch.start().await;
    // The form of AMRIT's own keys, and a name that another program might use there.
    let session = hip_tests::world::key_of(&unique_name());
    let named = format!("another-programs-{}", unique_name());
    for key in [&session, &named] {
        redis(&["SET", key, "{}", "EX", "600"]).await;
    }
    assert!(is_let_in(&world, &session).await);
    assert!(!is_let_in(&world, &named).await);
}

#[tokio::test]
async fn a_session_acts_only_for_the_facilities_that_are_configured() {
    let Some(url) = redis_url() else { return };
    let other = "[[facility]]\nid = \"IN0610099002\"\nname = \"PHC Other\"\n";
    for (facilities, is_served) in [
        ("", false),
        ("facilities = [\"IN0610099002\"]\n", false),
        ("facilities = [\"IN0610099001\"]\n", true),
    ] {
        let prefix = unique_name();
        let section = format!("{other}[amrit]\nsession_key_prefix = \"{prefix}:\"\n{facilities}");
        let mut world = World::create_with(&section).await;
        world.launch.environment = vec![("AMRIT_REDIS_URL", url.clone())];
        let _hip = world.launch.start().await;
        redis(&["SET", &format!("{prefix}:{SESSION}"), "{}", "EX", "600"]).await;
        let answer = call(&world, SESSION).await;
        let saved = "ABDM Facility ID updated successfully";
        assert_eq!(answer["data"]["response"] == saved, is_served, "{facilities}: {answer}");
    }
}

#[tokio::test]
async fn unreadable_sessions_open_nothing_without_an_api_key() {
    let sections = "[amrit]\nsession_key_prefix = \"session:\"\n";
    let mut world = World::create_with(sections).await;
    world.launch.environment = vec![("AMRIT_REDIS_URL", "redis://127.0.0.1:9".to_owned())];
    let _hip = world.launch.start().await;
    let answer = call(&world, "6b3f0c4e9a7d4f1c8e2b5a60d9c1e7f3").await;
    assert_eq!(answer["statusCode"], 5000);
    assert_eq!(answer["errorMessage"], "Sessions cannot be checked at the moment; try again");
    assert!(is_let_in(&world, API_KEY).await);
}
