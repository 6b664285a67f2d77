//! The operator's switch for the visits of a facility, from the command line to the read model.

use hip_tests::World;
use hip_tests::person::FACILITY;
use serde_json::Value;

async fn listed(world: &World) -> Vec<Value> {
    world.until_idle().await;
    world.hip_json(&["facility", "list", "--json"]).await
}

#[tokio::test]
async fn a_pause_is_in_the_log_and_outlives_a_rebuild() {
    let (world, _hip) = World::start().await;
    let pause = ["facility", "pause", FACILITY, "--reason", "the record system is being moved"];
    for _ in 0..2 {
        assert!(world.hip(&pause).await.status.success());
    }
    assert_eq!(world.count("facility.intake_paused").await, 1, "the second changed nothing");
    let one = &listed(&world).await[0];
    assert_eq!((&one["facilityId"], &one["paused"]), (&FACILITY.into(), &true.into()), "{one}");
    assert_eq!(one["reason"], "the record system is being moved");

    world.rebuild_all().await;
    assert_eq!(listed(&world).await[0]["paused"], true);

    assert!(world.hip(&["facility", "resume", FACILITY]).await.status.success());
    assert_eq!(world.count("facility.intake_resumed").await, 1);
    assert_eq!(listed(&world).await[0]["paused"], false);
    assert_eq!(world.hip(&["facility", "pause", "no id"]).await.status.code(), Some(3));
}
