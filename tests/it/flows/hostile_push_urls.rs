//! Push addresses that lead anywhere but to an HIU: each is refused, and nothing is called.

use std::time::Duration;

use hip_sandbox::{
    ConsentRequest, FlowError, Grant, HealthInformationRequest, KeyFormat, Operation,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use serde_json::json;
use tokio::net::TcpListener;

/// One address a line; `#` begins a comment.
const HOSTILE: &str = include_str!("../../fixtures/hostile-push-urls.txt");

#[tokio::test]
async fn every_hostile_address_is_refused_and_nothing_is_connected_to() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    // A connection here comes from a push to a forbidden address.
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = trap.local_addr().unwrap().port();
    let homes = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"];
    let homes = homes.map(|host| format!("https://{host}:{port}/v3/transfer"));
    let listed = HOSTILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let addresses: Vec<String> = listed.map(str::to_owned).chain(homes).collect();
    assert!(addresses.len() >= 40, "{}", addresses.len());
    for address in &addresses {
        let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        request.patch = json!({ "hiRequest": { "dataPushUrl": address } });
        match world.sandbox.hiu().request(request).await {
            Err(FlowError::Refused(error)) => assert_eq!(error.code, "ABDM-1031", "{address}"),
            other => panic!("{address}: {other:?}"),
        }
    }
    world.until_idle().await;
    assert_eq!(world.sandbox.journal().count(Operation::Push), 0);
    let knock = tokio::time::timeout(Duration::from_millis(200), trap.accept()).await;
    assert!(knock.is_err(), "something was connected to");
}
