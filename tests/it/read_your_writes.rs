//! Who has written something and says so is never answered as if they had not.

use hip_tests::World;
use hip_tests::person::visit;
use reqwest::{Client, Response};
use serde_json::{Value, json};

async fn push(world: &World, code: &str) -> String {
    let response = Client::builder()
        .build()
        .unwrap()
        .post(format!("{}/v1/visits", world.launch.url))
        .bearer_auth(&world.launch.api_key)
        .body(visit(code, true).to_string())
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success());
    response.headers()["hip-position"].to_str().unwrap().to_owned()
}

async fn show(world: &World, code: &str, header: Option<&str>) -> Response {
    let url = format!("{}/v1/visits/{code}", world.launch.url);
    let mut request =
        Client::builder().build().unwrap().get(url).bearer_auth(&world.launch.api_key);
    if let Some(position) = header {
        request = request.header("Hip-Position", position);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn what_was_pushed_is_shown_to_who_names_its_position() {
    let (world, _hip) = World::start().await;
    for n in 0..10 {
        let code = format!("48{n:02}");
        let position = push(&world, &code).await;
        assert_eq!(show(&world, &code, Some(&position)).await.status(), 200);
    }
    // The same again changes nothing, and is answered so that what was written before is seen.
    let position = push(&world, "4803").await;
    assert_eq!(show(&world, "4803", Some(&position)).await.status(), 200);
    let wish = json!({ "visitCode": "4803" });
    let started = Client::builder()
        .build()
        .unwrap()
        .post(format!("{}/v1/links", world.launch.url))
        .bearer_auth(&world.launch.api_key)
        .json(&wish)
        .send()
        .await
        .unwrap();
    assert_eq!(started.status(), 202);
    assert!(started.headers().contains_key("hip-position"));
}

#[tokio::test]
async fn a_read_model_that_is_behind_is_waited_for_and_not_for_long() {
    let (world, _hip) = World::start().await;
    push(&world, "4901").await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    // A reader does not move while somebody else has its row.
    let mut held = world.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM es.projection WHERE name = 'visit' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let position = push(&world, "4902").await;
    assert_eq!(show(&world, "4902", None).await.status(), 503, "it is in the log");
    let behind = show(&world, "4902", Some(&position)).await;
    assert_eq!(behind.status(), 503);
    assert_eq!(behind.headers()["retry-after"], "1");
    let problem: Value = behind.json().await.unwrap();
    assert_eq!(problem["type"], "urn:hip:problem:not-yet");

    let waiting = show(&world, "4902", Some(&position));
    let going_on = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        held.rollback().await.unwrap();
    };
    let (waited, ()) = tokio::join!(waiting, going_on);
    assert_eq!(waited.status(), 200);
}

#[tokio::test]
async fn a_position_that_the_log_does_not_have_is_refused_at_once() {
    let (world, _hip) = World::start().await;
    for position in ["-1", "x", "", "99999999999999999999"] {
        let refused = show(&world, "1", Some(position)).await;
        assert_eq!(refused.status(), 400, "{position}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["type"], "urn:hip:problem:invalid-position");
    }
    let beyond = show(&world, "1", Some("9999999")).await;
    assert_eq!(beyond.status(), 409);
    let problem: Value = beyond.json().await.unwrap();
    assert_eq!(problem["type"], "urn:hip:problem:no-such-position");
    assert_eq!(show(&world, "1", Some("0")).await.status(), 404);
}
