//! The service says that it is not ready, and why.

use hip_infra::health::readiness::{Unready, look};
use hip_infra::postgres::vault::{KeyRing, LocalKey};
use hip_tests::World;
use hip_tests::person::visit;
use sqlx::Executor;

#[tokio::test]
async fn each_reason_not_to_be_ready_is_named_and_goes_with_its_cause() {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("7401", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let asked = reqwest::get(format!("{}/health/ready", world.launch.url)).await.unwrap();
    assert_eq!(asked.status(), 200);
    // Nobody mends what is broken here.
    assert!(hip.terminate());

    let config: toml::Table =
        std::fs::read_to_string(&world.launch.config).unwrap().parse().unwrap();
    let file = std::path::PathBuf::from(config["keys"]["file"].as_str().unwrap());
    let keks = KeyRing::new(LocalKey::read(&file).unwrap(), vec![]);
    let reasons = async || look(&world.pool, &keks).await.unready;
    assert_eq!(reasons().await, []);

    let mut owner = world.database.as_owner().await;
    let halted = "UPDATE es.projection SET state = 'halted' WHERE name = 'consent'";
    owner.execute(halted).await.unwrap();
    assert_eq!(reasons().await, [Unready::ReaderHalted { reader: "consent".to_owned() }]);
    let live = "UPDATE es.projection SET state = 'live' WHERE name = 'consent'";
    owner.execute(live).await.unwrap();

    // The last event is two minutes old, and one reader has not come to it.
    for statement in [
        "SET session_replication_role = replica",
        "UPDATE es.event SET recorded_at = now() - interval '2 minutes' \
          WHERE position = (SELECT position FROM es.log_head)",
        "UPDATE es.projection SET position = position - 1 WHERE name = 'consent'",
    ] {
        owner.execute(statement).await.unwrap();
    }
    let found = reasons().await;
    let [Unready::ReaderBehind { reader, seconds }] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(reader == "consent" && *seconds >= 120, "{found:?}");
    let caught_up = "UPDATE es.projection SET position = position + 1 WHERE name = 'consent'";
    owner.execute(caught_up).await.unwrap();
    assert_eq!(reasons().await, []);

    let stranger = "INSERT INTO vault.key (key_id, wrapped, kek_id) \
                    VALUES (gen_random_uuid(), '\\x00', 'somebody-elses')";
    owner.execute(stranger).await.unwrap();
    assert_eq!(reasons().await, [Unready::KeyEncryptionKey]);
    owner.execute("DELETE FROM vault.key WHERE kek_id = 'somebody-elses'").await.unwrap();

    owner
        .execute("UPDATE es.log_head SET position = es.last_partitioned_position() - 7")
        .await
        .unwrap();
    let found = reasons().await;
    assert!(found.contains(&Unready::LogFull { left: 7 }), "{found:?}");
    // The doctor says the same.
    let config = world.launch.config.display().to_string();
    let output = world.hip(&["doctor", "--json", "--config", &config]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("room for only 7 more events"), "{said}");
    // And that the servers of the suite keep nothing over a power cut.
    assert!(said.contains("fsync is off"), "{said}");
}
