//! Old partitions of the log: archives that anyone can check, and other disks.

use std::path::{Path, PathBuf};

use hip_tests::World;
use hip_tests::person::visit;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

/// The last position of the first, full partition in these tests.
const FULL_END: i64 = 12;

/// A log that has ended, under seals of five events, in two partitions: one is full.
async fn two_partitions() -> (World, i64) {
    let (world, hip) = World::start_with("[seals]\nevents_max = 5\ninterval_s = 1\n").await;
    for code in ["5101", "5102", "5103"] {
        world.push(&visit(code, true)).await;
    }
    world.until("care_context.linked", 3).await;
    world.until_idle().await;
    assert!(hip.terminate());
    assert!(world.hip(&["audit", "seal"]).await.status.success());
    let mut owner = world.database.as_owner().await;
    let next = FULL_END + 1;
    let split = format!(
        "ALTER TABLE es.event DETACH PARTITION es.event_p0000; \
         ALTER TABLE es.event_p0000 DISABLE TRIGGER USER; \
         CREATE TABLE es.event_old (LIKE es.event_p0000 INCLUDING ALL); \
         INSERT INTO es.event_old SELECT * FROM es.event_p0000 WHERE position < {next}; \
         DELETE FROM es.event_p0000 WHERE position < {next}; \
         ALTER TABLE es.event_p0000 ENABLE TRIGGER USER; \
         ALTER TABLE es.event ATTACH PARTITION es.event_old FOR VALUES FROM (0) TO ({next}); \
         ALTER TABLE es.event ATTACH PARTITION es.event_p0000 FOR VALUES FROM ({next}) TO (20000001)"
    );
    owner.execute(AssertSqlSafe(split)).await.unwrap();
    let head = world.log.head().await.unwrap();
    (world, head)
}

async fn archive(world: &World, partition: &str, file: &Path) -> std::process::Output {
    world.hip(&["events", "archive", partition, "--json", "--to", file.to_str().unwrap()]).await
}

/// The auditor's machine: no database, no key of the hospital.
async fn check(dir: &Path, files: &[&PathBuf]) -> (i32, Value) {
    let mut command = tokio::process::Command::new(hip_tests::process::hip_binary());
    command.args(["audit", "check-archive", "--json", "--public-key"]).arg(dir.join("key.pem"));
    let output = command.args(files).env("HIP_DATA_DIR", dir).output().await.unwrap();
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code().unwrap(), said.unwrap_or_else(|_| panic!("{output:?}")))
}

#[tokio::test]
async fn a_full_partition_is_archived_and_checked_with_the_public_key_alone() {
    let (world, _) = two_partitions().await;
    let dir = tempfile::tempdir().unwrap();
    let key = world.hip(&["audit", "public-key"]).await;
    std::fs::write(dir.path().join("key.pem"), &key.stdout).unwrap();
    let file = dir.path().join("old.jsonl");

    // A partition to which events are added cannot be archived, and leaves no file.
    let open = archive(&world, "event_p0000", &file).await;
    assert_eq!((open.status.code(), file.exists()), (Some(3), false), "{open:?}");
    let unknown = archive(&world, "event_none", &file).await;
    assert_eq!((unknown.status.code(), file.exists()), (Some(3), false), "{unknown:?}");

    // A seal is never split, so the archive goes on to the end of the last seal that begins there.
    let output = archive(&world, "event_old", &file).await;
    assert!(output.status.success(), "{output:?}");
    let content: Value = serde_json::from_slice(&output.stdout).unwrap();
    let to = content["to"].as_i64().unwrap();
    assert!(content["from"] == 1 && (FULL_END..FULL_END + 5).contains(&to), "{content}");
    let (code, said) = check(dir.path(), &[&file]).await;
    let whole = json!({ "whole": true, "from": 1, "to": to, "events": to, "why": null });
    assert_eq!((code, &said), (0, &whole));
    assert_eq!(archive(&world, "event_old", &file).await.status.code(), Some(3), "it is there");

    let text = std::fs::read_to_string(&file).unwrap();
    for secret in hip_tests::person::SECRETS {
        assert!(!text.contains(secret), "{secret} is in it in clear");
    }
    let lines: Vec<&str> = text.lines().collect();
    let first_event = lines.iter().position(|line| line.starts_with("{\"event\"")).unwrap();
    let mut other_body: Value = serde_json::from_str(lines[first_event]).unwrap();
    other_body["body"] = json!("e30=");
    let other_body = other_body.to_string();
    let mut damaged: Vec<(&str, Vec<&str>)> = vec![
        ("cut off", lines[..lines.len() - 1].to_vec()),
        ("cut off after a seal", lines[..lines.len() / 2].to_vec()),
        ("one event less", [&lines[..first_event], &lines[first_event + 1..]].concat()),
        ("two in another order", {
            let mut lines = lines.clone();
            lines.swap(first_event, first_event + 1);
            lines
        }),
        ("no first line", lines[1..].to_vec()),
        ("another first line", [&lines[..1], &lines[..]].concat()),
        ("not an archive", vec!["{}"]),
        ("empty", vec![]),
    ];
    let mut changed = lines.clone();
    changed[first_event] = &other_body;
    damaged.push(("another content", changed));
    for (what, lines) in damaged {
        std::fs::write(dir.path().join("damaged.jsonl"), lines.join("\n")).unwrap();
        let (code, said) = check(dir.path(), &[&dir.path().join("damaged.jsonl")]).await;
        assert!(code == 1 && said["whole"] == false, "{what}: {said}");
    }

    // Another provider's key believes nothing of it.
    let (other, _) = two_partitions().await;
    let key = other.hip(&["audit", "public-key"]).await;
    std::fs::write(dir.path().join("key.pem"), &key.stdout).unwrap();
    assert_eq!(check(dir.path(), &[&file]).await.0, 1);
}

#[tokio::test]
async fn archives_of_neighbours_follow_each_other() {
    let (world, head) = two_partitions().await;
    let mut owner = world.database.as_owner().await;
    let closed = format!(
        "ALTER TABLE es.event DETACH PARTITION es.event_p0000; \
         ALTER TABLE es.event ATTACH PARTITION es.event_p0000 FOR VALUES FROM ({}) TO ({next}); \
         CREATE TABLE es.event_new PARTITION OF es.event FOR VALUES FROM ({next}) TO (20000001)",
        FULL_END + 1,
        next = head + 1
    );
    owner.execute(AssertSqlSafe(closed)).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let key = world.hip(&["audit", "public-key"]).await;
    std::fs::write(dir.path().join("key.pem"), &key.stdout).unwrap();
    let [first, second] = ["first.jsonl", "second.jsonl"].map(|name| dir.path().join(name));
    for (partition, file) in [("event_old", &first), ("event_p0000", &second)] {
        let output = archive(&world, partition, file).await;
        assert!(output.status.success(), "{output:?}");
    }
    let (code, said) = check(dir.path(), &[&first, &second]).await;
    let whole = json!({ "whole": true, "from": 1, "to": head, "events": head, "why": null });
    assert_eq!((code, said), (0, whole));
    for wrong in [[&second, &first], [&first, &first]] {
        let (code, said) = check(dir.path(), &wrong).await;
        assert!(code == 1 && said["why"].as_str().unwrap().contains("go on"), "{said}");
    }
    assert_eq!(check(dir.path(), &[&second]).await.0, 0, "a later one alone can be checked, too");
}

#[tokio::test]
async fn a_partition_on_another_disk_is_read_as_before() {
    let (world, head) = two_partitions().await;
    let mut owner = world.database.as_owner().await;
    // A folder of the server itself: the user of the server owns it.
    let name = format!("cold_{}", std::process::id());
    owner.execute("SET allow_in_place_tablespaces = true").await.unwrap();
    let make = format!("CREATE TABLESPACE {name} LOCATION ''");
    owner.execute(AssertSqlSafe(make)).await.unwrap();
    let to = async |partition: &str, tablespace: &str| {
        let arguments = ["events", "move", partition, "--tablespace", tablespace];
        world.hip(&arguments).await
    };
    assert_eq!(to("event_p0000", &name).await.status.code(), Some(3), "it is not full");
    assert_eq!(to("event_old", "nowhere").await.status.code(), Some(3), "no such disk");
    for _ in 0..2 {
        let output = to("event_old", &name).await;
        assert!(output.status.success(), "{output:?}");
    }
    let listed = world.hip_json(&["events", "partitions", "--json"]).await;
    assert_eq!(listed[0]["tablespace"], json!(name), "{listed:?}");
    assert_eq!((&listed[0]["isFull"], &listed[1]["isFull"]), (&json!(true), &json!(false)));
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_indexes WHERE tablename = 'event_old' AND tablespace IS DISTINCT FROM $1",
    )
    .bind(&name)
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(left, 0, "its indexes are there, too");
    let output = world.hip(&["audit", "verify", "--json"]).await;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&said["whole"], &said["events"]), (&json!(true), &json!(head)), "{said}");
    let _hip = world.launch.start().await;
    assert_eq!(world.push(&visit("5104", true)).await.0, 201);
    world.until("care_context.linked", 4).await;
}
