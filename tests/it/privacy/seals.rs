//! The log is sealed while the service runs, and whatever its owner does to it is found.

use std::path::PathBuf;
use std::process::Output;

use hip_proof::{Digested, Hash, link, sha256};
use hip_tests::World;
use hip_tests::person::visit;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

/// A log of some twenty events under seals of at most five, which nobody adds to any more.
async fn sealed_world() -> (World, i64) {
    let (world, hip) = World::start_with("[seals]\nevents_max = 5\ninterval_s = 1\n").await;
    let second = world.launch.start_worker();
    for code in ["5101", "5102", "5103"] {
        world.push(&visit(code, true)).await;
    }
    world.until("care_context.linked", 3).await;
    world.until_idle().await;
    assert!(hip.terminate() && second.terminate());
    let output = world.hip(&["audit", "seal", "--json"]).await;
    assert!(output.status.success(), "{output:?}");
    let head = world.log.head().await.unwrap();
    assert_eq!(json_of(&output), json!({ "sealedTo": head }));
    (world, head)
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

async fn verify(world: &World, arguments: &[&str]) -> (i32, Value) {
    let output = world.hip(&[&["audit", "verify", "--json"], arguments].concat()).await;
    (output.status.code().unwrap(), json_of(&output))
}

/// The positions that a fault may concern.
fn concerned(report: &Value) -> std::ops::RangeInclusive<i64> {
    let first = report["broken"]["position"].as_i64().unwrap();
    first..=report["broken"]["through"].as_i64().unwrap_or(first)
}

/// An owner of the database who knows how to put the guards aside.
async fn owner(world: &World) -> PgConnection {
    let mut owner = world.database.as_owner().await;
    for table in ["es.event", "es.event_p0000"] {
        let aside = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
        owner.execute(AssertSqlSafe(aside)).await.unwrap();
    }
    owner
}

async fn run(owner: &mut PgConnection, sql: String) {
    owner.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Where the service publishes what no configuration places.
fn seals_file(world: &World) -> PathBuf {
    let mut files = std::fs::read_dir(world.launch.data_dir()).unwrap();
    let is_seals = |path: &PathBuf| path.to_string_lossy().contains("/seals-127.0.0.1-");
    files.find_map(|file| Some(file.unwrap().path()).filter(is_seals)).unwrap()
}

/// A file of seals that says nothing.
fn no_seals(world: &World) -> PathBuf {
    let path = world.launch.data_dir().join("none.jsonl");
    std::fs::write(&path, "").unwrap();
    path
}

#[tokio::test]
async fn seals_are_published_once_and_the_log_agrees() {
    let (world, head) = sealed_world().await;
    let published = std::fs::read_to_string(seals_file(&world)).unwrap();
    let listed = world.hip(&["audit", "seals"]).await;
    assert_eq!(
        String::from_utf8(listed.stdout).unwrap(),
        published,
        "in the database as in the file"
    );
    let seals: Vec<Value> =
        published.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(seals.len() >= 4, "{}", seals.len());
    let mut next = 1;
    for seal in &seals {
        let (from, to) = (seal["from"].as_i64().unwrap(), seal["to"].as_i64().unwrap());
        assert!(from == next && to < from + 5, "{seal}");
        next = to + 1;
    }
    assert_eq!(next, head + 1);

    let (code, report) = verify(&world, &[]).await;
    assert_eq!((code, &report["whole"], &report["events"]), (0, &json!(true), &json!(head)));
    assert_eq!(report["sealedTo"], head);
    let (code, report) = verify(&world, &["--from", "8"]).await;
    assert_eq!((code, &report["events"]), (0, &json!(head - 7)), "{report}");

    // A line that a crash has cut short is written again in full.
    let path = seals_file(&world);
    let last = published.lines().last().unwrap();
    std::fs::write(&path, &published[..published.len() - last.len() / 2]).unwrap();
    assert!(world.hip(&["audit", "seal"]).await.status.success());
    assert!(std::fs::read_to_string(&path).unwrap().ends_with(&format!("\n{last}\n")));
    assert_eq!(verify(&world, &[]).await.0, 0);
}

#[tokio::test]
async fn one_changed_byte_is_found_where_it_is() {
    let (world, _) = sealed_world().await;
    let mut owner = owner(&world).await;
    for (position, column) in [(4, "body"), (7, "meta"), (11, "hash")] {
        let flip = format!(
            "UPDATE es.event SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1) \
              WHERE position = {position}"
        );
        run(&mut owner, flip.clone()).await;
        for arguments in [&[][..], &["--from", "3"]] {
            let (code, report) = verify(&world, arguments).await;
            assert_eq!((code, &report["broken"]["position"]), (1, &json!(position)), "{report}");
        }
        run(&mut owner, flip).await;
        assert_eq!(verify(&world, &[]).await.0, 0);
    }
}

#[tokio::test]
async fn newest_events_that_were_cut_off_are_missed() {
    let (world, head) = sealed_world().await;
    let mut owner = owner(&world).await;
    let (last, none) = (head - 10, no_seals(&world));
    let none = ["--seals", none.to_str().unwrap()];
    run(&mut owner, format!("DELETE FROM es.event WHERE position > {last}")).await;
    let (code, report) = verify(&world, &none).await;
    assert_eq!((code, &report["broken"]["position"]), (1, &json!(last + 1)), "by the heads");

    // When the heads are set back too, only the seals show it.
    run(&mut owner, format!("UPDATE es.log_head SET position = {last}")).await;
    run(
        &mut owner,
        "UPDATE es.stream s SET version = e.version, head_hash = e.hash FROM es.event e \
          WHERE e.stream_id = s.stream_id AND e.version = \
                (SELECT max(version) FROM es.event WHERE stream_id = s.stream_id)"
            .to_owned(),
    )
    .await;
    run(
        &mut owner,
        "DELETE FROM es.stream WHERE stream_id NOT IN (SELECT stream_id FROM es.event)".to_owned(),
    )
    .await;
    assert_eq!(verify(&world, &none).await.0, 0);
    let (code, report) = verify(&world, &[]).await;
    assert_eq!((code, &report["broken"]["position"]), (1, &json!(last + 1)), "{report}");
    assert_eq!(report["broken"]["through"], head);
}

#[tokio::test]
async fn two_events_that_changed_places_are_found_by_their_seal() {
    let (world, head) = sealed_world().await;
    let mut owner = owner(&world).await;
    let first: i64 = sqlx::query_scalar(
        "SELECT a.position FROM es.event a JOIN es.event b ON b.position = a.position + 1 \
          WHERE a.stream_id <> b.stream_id AND a.position > 5 LIMIT 1",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    let spare = head + 1000;
    for (from, to) in [(first, spare), (first + 1, first), (spare, first + 1)] {
        run(&mut owner, format!("UPDATE es.event SET position = {to} WHERE position = {from}"))
            .await;
    }
    let none = no_seals(&world);
    assert_eq!(
        verify(&world, &["--seals", none.to_str().unwrap()]).await.0,
        0,
        "no chain is broken"
    );
    let (code, report) = verify(&world, &[]).await;
    assert_eq!(code, 1);
    assert!(concerned(&report).contains(&first), "{report}");
}

#[derive(sqlx::FromRow)]
struct Stored {
    position: i64,
    stream_id: String,
    version: i64,
    event_id: uuid::Uuid,
    event_type: String,
    schema_version: i16,
    recorded_at: chrono::DateTime<chrono::Utc>,
    correlation_id: uuid::Uuid,
    causation_id: Option<uuid::Uuid>,
    subject_id: Option<uuid::Uuid>,
    codec: i16,
    body: Vec<u8>,
    meta: Vec<u8>,
}

impl Stored {
    fn digest(&self) -> Hash {
        let digested = Digested {
            event_id: self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            recorded_at: self.recorded_at,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            subject_id: self.subject_id,
            codec: self.codec,
            body_digest: sha256(&self.body),
            meta_digest: sha256(&self.meta),
        };
        digested.digest()
    }
}

/// Every hash anew, as an owner does who has changed something and knows the code.
async fn rewrite_chains(owner: &mut PgConnection) {
    let events: Vec<Stored> = sqlx::query_as("SELECT * FROM es.event ORDER BY stream_id, version")
        .fetch_all(&mut *owner)
        .await
        .unwrap();
    let mut hash = [0; 32];
    for event in &events {
        if event.version == 1 {
            hash = sha256(event.stream_id.as_bytes());
        }
        hash = link(&hash, event.version, &event.digest());
        sqlx::query("UPDATE es.event SET hash = $1 WHERE position = $2")
            .bind(hash)
            .bind(event.position)
            .execute(&mut *owner)
            .await
            .unwrap();
        sqlx::query("UPDATE es.stream SET head_hash = $1 WHERE stream_id = $2")
            .bind(hash)
            .bind(&event.stream_id)
            .execute(&mut *owner)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_log_that_was_written_anew_is_found_by_its_seals() {
    let (world, _) = sealed_world().await;
    let mut owner = owner(&world).await;
    rewrite_chains(&mut owner).await;
    assert_eq!(verify(&world, &[]).await.0, 0, "the same words give the same hashes");
    run(&mut owner, "UPDATE es.event SET meta = meta || ' ' WHERE position = 9".to_owned()).await;
    rewrite_chains(&mut owner).await;
    let none = no_seals(&world);
    assert_eq!(verify(&world, &["--seals", none.to_str().unwrap()]).await.0, 0, "the chains agree");
    let (code, report) = verify(&world, &[]).await;
    assert_eq!(code, 1);
    assert!(concerned(&report).contains(&9), "{report}");
}

#[tokio::test]
async fn a_proof_is_verified_with_the_public_key_alone() {
    let (world, head) = sealed_world().await;
    let dir = tempfile::tempdir().unwrap();
    let public = dir.path().join("auditor.pub");
    let key = world.hip(&["audit", "public-key"]).await;
    std::fs::write(&public, &key.stdout).unwrap();
    let file = dir.path().join("proof.json");
    // Somebody with another machine: no database, no key of ours.
    let check = async |proof: &[u8], public: &PathBuf| {
        std::fs::write(&file, proof).unwrap();
        let mut command = tokio::process::Command::new(hip_tests::process::hip_binary());
        command.args(["audit", "check-proof", "--json", "--public-key"]);
        let output = command.arg(public).arg(&file).env("HIP_DATA_DIR", dir.path()).output();
        let output = output.await.unwrap();
        (output.status.code().unwrap(), json_of(&output))
    };
    for position in [1, 6, head] {
        let proof = world.hip(&["audit", "prove", &position.to_string()]).await.stdout;
        let (code, said) = check(&proof, &public).await;
        assert_eq!((code, &said["position"]), (0, &json!(position)), "{said}");
    }
    let mut proof = world.hip_json(&["audit", "prove", "6"]).await.remove(0);
    let by_id = world.hip_json(&["audit", "prove", proof["event"]["id"].as_str().unwrap()]).await;
    assert_eq!(by_id[0], proof);
    proof["event"]["type"] = json!("consent.granted");
    assert_eq!(check(proof.to_string().as_bytes(), &public).await.0, 1);
    assert_eq!(check(b"{}", &public).await.0, 1);

    // The seal of another provider proves nothing here.
    let (other, _) = sealed_world().await;
    std::fs::write(&public, other.hip(&["audit", "public-key"]).await.stdout).unwrap();
    let proof = world.hip(&["audit", "prove", "6"]).await.stdout;
    let (code, said) = check(&proof, &public).await;
    assert!(code == 1 && said["why"].as_str().unwrap().contains("not among"), "{said}");
    assert_eq!(
        world.hip(&["audit", "prove", &(head + 1).to_string()]).await.status.code(),
        Some(1)
    );
}
