//! Who has written something and says so is never answered as if they had not.

use std::time::Duration;

use hip_infra::postgres;
use hip_sandbox::DiscoverRequest;
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sqlx::{Postgres, Transaction};

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

/// Asks until the read model is there: 503 is "not yet", and nothing else is an answer but 200.
async fn shown(world: &World, code: &str, position: &str) {
    world
        .eventually("what was written is shown", async || {
            let status = show(world, code, Some(position)).await.status().as_u16();
            assert!(status == 200 || status == 503, "{status}");
            status == 200
        })
        .await;
}

#[tokio::test]
async fn a_read_with_a_position_shows_the_pushed_visit() {
    let (world, _hip) = World::start().await;
    for n in 0..10 {
        let code = format!("48{n:02}");
        let position = push(&world, &code).await;
        shown(&world, &code, &position).await;
    }
    // The same again changes nothing, and is answered so that what was written before is seen.
    let position = push(&world, "4803").await;
    shown(&world, "4803", &position).await;
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
    let held = hold(&world, "visit").await;
    let position = push(&world, "4902").await;
    assert_eq!(show(&world, "4902", None).await.status(), 503, "it is in the log");
    let behind = show(&world, "4902", Some(&position)).await;
    assert_eq!(behind.status(), 503);
    assert_eq!(behind.headers()["retry-after"], "1");
    let problem: Value = behind.json().await.unwrap();
    assert_eq!(problem["type"], "urn:hip:problem:not-yet");
    held.rollback().await.unwrap();
    shown(&world, "4902", &position).await;

    // Who asks while it is behind is answered when it is there: tried again where the machine is slow.
    let mut number = 4902;
    world
        .eventually("a question waits for its answer", async || {
            number += 1;
            let code = number.to_string();
            let held = hold(&world, "visit").await;
            let position = push(&world, &code).await;
            let going_on = async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                held.rollback().await.unwrap();
            };
            let (waited, ()) = tokio::join!(show(&world, &code, Some(&position)), going_on);
            waited.status() == 200
        })
        .await;
}

/// A patient who is not in the read models yet is found too: a question waits for them, for a limited time.
#[tokio::test]
async fn a_discovery_waits_for_read_models_that_are_behind() {
    for _ in 0..5 {
        let (world, _hip) = World::start().await;
        let held = hold(&world, "patient_index").await;
        assert_eq!(world.push(&visit("4951", false)).await.0, 201);
        let request = DiscoverRequest::new(FACILITY, &abha_holder());
        let phr = world.sandbox.phr();
        let releasing = async {
            // Until the first look has given up, or has answered.
            let looked = "SELECT EXISTS (SELECT FROM es.outbox WHERE kind = 'find_patient' \
                              AND (attempts > 1 OR state <> 'due'))";
            world
                .eventually("it has looked once", async || {
                    sqlx::query_scalar(looked).fetch_one(&world.pool).await.unwrap()
                })
                .await;
            held.rollback().await
        };
        let (answered, released) = tokio::join!(phr.discover(request), releasing);
        // A machine that is too slow for the ten seconds of a question tries again.
        if released.is_ok() && answered.is_ok_and(|it| it.answer.is_ok()) {
            return;
        }
    }
    panic!("who is known from the log was not found");
}

/// Keeps a reader where it is, once it has a row.
async fn hold(world: &World, reader: &str) -> Transaction<'static, Postgres> {
    world
        .eventually("the reader has begun", async || {
            let row = sqlx::query("SELECT FROM es.projection WHERE name = $1")
                .bind(reader)
                .fetch_optional(&world.pool);
            row.await.unwrap().is_some()
        })
        .await;
    let mut held = postgres::begin(&world.pool).await.unwrap();
    sqlx::query("SELECT FROM es.projection WHERE name = $1 FOR UPDATE")
        .bind(reader)
        .fetch_one(&mut *held)
        .await
        .unwrap();
    held
}
