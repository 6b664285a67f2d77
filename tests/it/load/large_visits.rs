//! Visits of many megabytes stall no reader of the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hip_tests::patience::Patient as _;
use hip_tests::person::visit;
use hip_tests::world::API_KEY;
use hip_tests::{World, size};
use serde_json::json;

/// More than the 8 MiB that a page of a reader of the log may hold.
fn visit_count() -> usize {
    size(12, 7)
}

const ATTACHMENT_BYTES: usize = 1024 * 1024;

#[tokio::test]
async fn every_reader_gets_past_visits_that_are_larger_than_its_pages() {
    let world = World::create().await;
    // Only the HTTP role runs while they are pushed: the subscribers then start with all of them.
    let doors = world.launch.start_doors().await;
    let client = reqwest::Client::builder().build().unwrap();
    let visits = visit_count();
    for nth in 0..visits {
        // A picture's first bytes, and then a pattern that does not repeat at the length of a block.
        let bytes: Vec<u8> = [0xFF, 0xD8, 0xFF]
            .into_iter()
            .chain((0..ATTACHMENT_BYTES).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]))
            .collect();
        let mut document = visit(&format!("37{nth:02}"), true);
        document["documents"] = json!([{
            "title": "X-ray", "contentType": "image/jpeg", "data": STANDARD.encode(bytes),
        }]);
        let url = format!("{}/v1/visits", world.launch.url);
        let answer =
            client.post(url).bearer_auth(API_KEY).json(&document).patiently().await.unwrap();
        let status = answer.status();
        assert_eq!(status, 201, "{}", answer.text().await.unwrap());
    }
    doors.kill();
    let _hip = world.launch.start().await;
    world.until("visit.linked", i64::try_from(visits).unwrap()).await;
    world.until_idle().await;
    let status = world.hip_json(&["projection", "status", "--json"]).await;
    assert!(status.iter().all(|reader| reader["state"] == "live"), "{status:#?}");
    // And each again from the beginning, with everything that has come of them.
    for rebuilt in world.rebuild_all().await {
        assert_eq!(rebuilt["generation"], 2);
    }
    assert_eq!(world.show("3700").await["linked"], true);
}
