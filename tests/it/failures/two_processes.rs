//! Two processes on one database: they share the work, and one takes over when the other dies.

use futures_util::future::join_all;
use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::process::Launch;

#[tokio::test]
async fn processes_that_start_at_once_on_nothing_share_the_keys_that_one_makes() {
    let world = World::create_with("").await;
    let launches = ["a", "b", "c", "d"].map(|name| world.beside(name));
    let _processes = join_all(launches.iter().map(Launch::start)).await;
    for (n, launch) in (0..).zip(&launches) {
        let client = reqwest::Client::new();
        let visit = visit(&format!("32{n}"), true).to_string();
        let push = client.post(format!("{}/v1/visits", launch.url)).bearer_auth(&launch.api_key);
        assert_eq!(push.body(visit).send().await.unwrap().status(), 201);
    }
    // All are of one patient: each process reads what the other has encrypted.
    world.sandbox.set_bridge_url(&launches[0].url);
    world.until("visit.linked", 4).await;
}

#[tokio::test]
async fn the_survivor_takes_over_and_nothing_is_done_twice() {
    let (world, first) = World::start().await;
    world
        .eventually("the first reads the log", async || {
            let held = "SELECT count(*) FROM es.projection WHERE lease_until > now()";
            let count: i64 = sqlx::query_scalar(held).fetch_one(&world.pool).await.unwrap();
            count > 0
        })
        .await;
    let other = world.beside("second");
    let _survivor = other.start().await;
    let said = std::fs::read_to_string(&other.log).unwrap();
    assert!(
        said.contains("without REDIS_URL each reads the link tokens of the other from the log")
    );
    for n in 0..5 {
        assert_eq!(world.push(&visit(&format!("31{n}"), true)).await.0, 201);
    }
    // In the middle of it: the leases of the first are not given back.
    first.kill();
    world.sandbox.set_bridge_url(&other.url);
    for n in 5..10 {
        let client = reqwest::Client::builder().build().unwrap();
        let response = client
            .post(format!("{}/v1/visits", other.url))
            .bearer_auth(&other.api_key)
            .body(visit(&format!("31{n}"), true).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 201);
    }
    world.until("visit.linked", 10).await;
    world.until_idle().await;
    assert_eq!(world.count("care_context.linked").await, 10);
    assert_eq!(world.count("visit.bundles_built").await, 10);
    assert_eq!(
        world.sandbox.phr().linked("kavya.n90@sbx").len(),
        30,
        "ten visits, three kinds each"
    );
    let accepted = world
        .sandbox
        .journal()
        .snapshot()
        .iter()
        .filter(|entry| entry.operation == Some(Operation::LinkCareContext))
        .filter(|entry| entry.status == Some(202) && !entry.duplicate)
        .count();
    assert_eq!(accepted, 10, "the gateway was asked once for each visit");
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}
