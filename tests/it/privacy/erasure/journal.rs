//! Write access to the journal of erasures is not enough to destroy a key, or to bring an erased patient back.

use std::path::PathBuf;

use hip_infra::postgres::eraser::{Entry, Journal, JournalKeys, erasures_to_reapply};
use hip_infra::postgres::vault::{KeyRing, LocalKey};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use serde_json::{Value, json};
use uuid::Uuid;

use super::restored::{back_up, restore};
use super::{HIS, erase_her, hers, him, his_visit, opened};

async fn both() -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start().await;
    world.sandbox.register_abha(him());
    world.push(&his_visit("4401", true)).await;
    world.push(&visit("3401", true)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    (world, hip)
}

fn path(world: &World) -> PathBuf {
    world.launch.data_dir().join("erasures.jsonl")
}

fn text(world: &World) -> String {
    std::fs::read_to_string(path(world)).unwrap()
}

async fn subject(world: &World, code: &str) -> Uuid {
    sqlx::query_scalar("SELECT subject_id FROM hip.visit WHERE visit_code = $1")
        .bind(code)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

async fn destroyed(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM vault.key WHERE destroyed_at IS NOT NULL")
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

async fn erasures(world: &World, verb: &str) -> (Option<i32>, Value) {
    let config = world.launch.config.display().to_string();
    let output = world.hip(&["erasures", verb, "--json", "--config", &config]).await;
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

fn legacy(subject: Uuid, keys: &[Uuid]) -> String {
    let at = "2026-01-01T00:00:00Z";
    json!({ "subject": subject, "facility": FACILITY, "keys": keys, "at": at }).to_string() + "\n"
}

#[tokio::test]
async fn an_added_line_destroys_nothing_and_is_reported() {
    let (world, hip) = both().await;
    erase_her(&world).await;
    hip.terminate();
    let (his, before, gone) =
        (subject(&world, "4401").await, text(&world), destroyed(&world).await);
    let lines = before.lines().count();
    let forged = before.lines().next().unwrap().replace("\"subject\"", "\"subject\" ");
    for added in [legacy(his, &[his]), forged + "\n", "nonsense\n".to_owned()] {
        std::fs::write(path(&world), before.clone() + &added).unwrap();
        let said = world.launch.refused().await;
        assert!(said.contains(&format!("line {} ", lines + 1)), "{said}");
        assert!(said.contains("ERROR"), "{said}");
        let (status, told) = erasures(&world, "check").await;
        assert_eq!(status, Some(1));
        assert_eq!(told["faults"][0]["line"], lines + 1, "{told}");
        let config = world.launch.config.display().to_string();
        let doctor = world.hip(&["doctor", "--config", &config]).await;
        let doctor = String::from_utf8_lossy(&doctor.stdout).into_owned();
        let named = doctor.lines().find(|line| line.contains("journal of erasures")).unwrap();
        assert!(named.starts_with("failed") && named.contains(&format!("line {}", lines + 1)));
        assert_eq!(destroyed(&world).await, gone);
    }
    std::fs::write(path(&world), before).unwrap();
    assert_eq!(erasures(&world, "check").await.0, Some(0));
    let _hip = world.launch.start().await;
    assert_eq!(opened(&world, &HIS).await.0.len(), HIS.len());
}

#[tokio::test]
async fn a_line_that_is_missing_is_missed_and_a_repair_is_an_operators_word() {
    let (world, hip) = both().await;
    erase_her(&world).await;
    hip.terminate();
    let before = text(&world);
    std::fs::remove_file(path(&world)).unwrap();
    let said = world.launch.refused().await;
    assert!(said.contains("does not begin with the 1 lines"), "{said}");
    // A whole journal of the earlier form in its place is refused, too, and taken over by no repair.
    let his = subject(&world, "4401").await;
    std::fs::write(path(&world), legacy(his, &[his])).unwrap();
    assert!(world.launch.refused().await.contains("line 1 has no proof"));
    let (status, told) = erasures(&world, "repair").await;
    assert_eq!((status, &told["kept"]), (Some(0), &0.into()), "{told}");
    assert_eq!(told["dropped"][0]["line"], 1);
    assert!(
        std::fs::read_to_string(told["old"].as_str().unwrap()).unwrap().contains(&his.to_string())
    );
    let hip = world.launch.start().await;
    assert_eq!(opened(&world, &HIS).await.0.len(), HIS.len());
    hip.terminate();
    // A repair keeps what is authentic.
    std::fs::write(path(&world), before + "nonsense\n").unwrap();
    let (_, told) = erasures(&world, "repair").await;
    assert_eq!(
        (&told["kept"], told["dropped"].as_array().unwrap().len()),
        (&1.into(), 1),
        "{told}"
    );
    assert_eq!(erasures(&world, "check").await.0, Some(0));
}

/// As an earlier version has left it: lines without proofs, and a database that has never seen a journal.
async fn as_of_an_earlier_version(world: &World) -> String {
    let lines = text(world);
    let entries = lines.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let erasure = &line["says"]["erasure"];
        erasure.is_object().then(|| erasure.to_string() + "\n")
    });
    let entries: String = entries.collect();
    std::fs::write(path(world), &entries).unwrap();
    let mut owner = world.database.as_owner().await;
    sqlx::query("DELETE FROM vault.erasure_journal").execute(&mut owner).await.unwrap();
    entries
}

#[tokio::test]
async fn a_journal_of_an_earlier_version_is_taken_over_once_where_the_database_says_the_same() {
    let (world, hip) = both().await;
    erase_her(&world).await;
    hip.terminate();
    let entries = as_of_an_earlier_version(&world).await;
    let (her, his) = (subject_of(&entries), subject(&world, "4401").await);
    // Of neither does the database say so.
    for forged in [legacy(his, &[his]), legacy(her, &[her, his])] {
        std::fs::write(path(&world), entries.clone() + &forged).unwrap();
        assert!(world.launch.refused().await.contains("line 2 has no proof"));
    }
    std::fs::write(path(&world), &entries).unwrap();
    let hip = world.launch.start().await;
    hip.terminate();
    assert_eq!(text(&world).lines().count(), 2, "one line vouches for that before it");
    assert_eq!(erasures(&world, "check").await.0, Some(0));
    // Once: another line of that form is refused.
    std::fs::write(path(&world), text(&world) + &legacy(his, &[his])).unwrap();
    assert!(world.launch.refused().await.contains("line 3 has no proof"));
    assert_eq!(opened(&world, &HIS).await.0.len(), HIS.len());
}

fn subject_of(entries: &str) -> Uuid {
    let line: Value = serde_json::from_str(entries.lines().next().unwrap()).unwrap();
    line["subject"].as_str().unwrap().parse().unwrap()
}

/// A database that was restored together with the upgrade knows nothing of the erasure: the operator says
/// that the file is as hip left it.
#[tokio::test]
async fn an_earlier_journal_beside_a_restored_database_needs_the_operators_word() {
    let (mut world, hip) = both().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup.sql");
    back_up(&world, &backup);
    erase_her(&world).await;
    hip.terminate();
    as_of_an_earlier_version(&world).await;
    restore(&mut world, &backup).await;
    assert!(world.launch.refused().await.contains("line 1 has no proof"));
    let (status, told) = erasures(&world, "repair").await;
    assert_eq!((status, &told["kept"]), (Some(0), &1.into()), "{told}");
    let _hip = world.launch.start().await;
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
    assert_eq!(opened(&world, &HIS).await.0.len(), HIS.len());
}

#[tokio::test]
async fn a_key_destroyed_again_is_logged_as_an_error() {
    let (mut world, hip) = both().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup.sql");
    back_up(&world, &backup);
    let told = erase_her(&world).await;
    hip.terminate();
    restore(&mut world, &backup).await;
    let _hip = world.launch.start().await;
    assert_eq!(world.count("subject.keys_destroyed_again").await, 1);
    let noted: Value = sqlx::query_scalar(
        "SELECT convert_from(body, 'UTF8')::jsonb -> 'subject.keys_destroyed_again' FROM es.event \
          WHERE event_type = 'subject.keys_destroyed_again' AND stream_id = 'subject-' || $1",
    )
    .bind(told["id"].as_str().unwrap())
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(noted["keys"], told["keysDestroyed"], "{noted}");
    let logged = world.logged();
    let said = logged.lines().filter(|line| line.contains("were destroyed again"));
    let said: Vec<&str> = said.collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("ERROR") && said[0].contains("\"line\":1"), "{said:?}");
}

/// A line with a right proof is not the last word on whose a key is: the vault is.
#[tokio::test]
async fn a_line_cannot_destroy_keys_of_another_subject() {
    let (world, hip) = both().await;
    hip.terminate();
    let (her, his) = (subject(&world, "3401").await, subject(&world, "4401").await);
    let tied: Vec<Uuid> = sqlx::query_scalar("SELECT key_id FROM vault.key WHERE subject_id = $1")
        .bind(his)
        .fetch_all(&world.pool)
        .await
        .unwrap();
    assert!(!tied.is_empty());
    let entry: Entry =
        serde_json::from_str(&legacy(her, &[&[her, his], &tied[..]].concat())).unwrap();
    let found = erasures_to_reapply(&world.pool, vec![(1, entry)]).await.unwrap();
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found.others, 1 + tied.len());
    assert!(found.keys.contains(&her) && !found.keys.contains(&his));
    assert!(found.keys.iter().all(|key| !tied.contains(key)));
    assert!(found.is_undecided);
}

/// Under another key-encryption key than those of the vault there is no proof.
#[tokio::test]
async fn a_line_under_a_key_that_is_not_ours_is_refused() {
    let (world, hip) = both().await;
    hip.terminate();
    let (her, elsewhere) = (subject(&world, "3401").await, tempfile::tempdir().unwrap());
    let (other, _) = LocalKey::read_or_create(&elsewhere.path().join("kek")).unwrap();
    let keys = JournalKeys::of(&KeyRing::new(other, vec![]));
    let journal = Journal::new(path(&world), keys);
    std::fs::write(path(&world), legacy(her, &[her])).unwrap();
    // Its owner vouches for it, in a database of their own that knows of no journal.
    journal.repair(&world.pool, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert!(world.launch.refused().await.contains("line 1 lies under key-encryption key local-"));
    assert_eq!(destroyed(&world).await, 0);
}
