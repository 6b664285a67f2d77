//! A backup that is older than an erasure brings nobody back.

use std::path::Path;
use std::process::{Command, Output};

use hip_tests::World;
use hip_tests::person::visit;
use sqlx::Connection;
use uuid::Uuid;

use super::{HIS, erase_her, hers, his_visit, opened, traces};

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the client programs are installed with the server");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

pub(super) fn back_up(world: &World, file: &Path) {
    run(Command::new("pg_dump").arg("--file").arg(file).arg(&world.launch.database_url));
}

/// Has the world use a new database with what is in the file.
pub(super) async fn restore(world: &mut World, file: &Path) {
    let (server, _) = world.launch.database_url.rsplit_once('/').unwrap();
    let url = format!("{server}/r_{}", Uuid::new_v4().simple());
    let name = url.rsplit('/').next().unwrap();
    let mut owner = world.database.as_owner().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut owner)
        .await
        .unwrap();
    owner.close().await.unwrap();
    let quiet = ["--quiet", "--set", "ON_ERROR_STOP=1", "--file"];
    run(Command::new("psql").args(quiet).arg(file).arg(&url));
    world.pool.close().await;
    world.use_database(&url).await;
}

#[tokio::test]
async fn a_restored_database_erases_again_before_it_serves() {
    let (mut world, hip) = World::start().await;
    world.sandbox.register_abha(super::him());
    world.push(&his_visit("4301", true)).await;
    world.push(&visit("3301", true)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup.sql");
    back_up(&world, &backup);
    let told = erase_her(&world).await;
    hip.terminate();

    restore(&mut world, &backup).await;
    assert_eq!(opened(&world, &["Kavya"]).await.0.len(), 1, "the backup has her keys");
    assert_eq!(world.count("subject.erased").await, 0);
    let _hip = world.launch.start().await;
    // The doors are open: by now it is done.
    assert_eq!(world.count("subject.purged").await, 1);
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
    assert_eq!(traces(&world, hers()).await, [""; 0]);
    let by: serde_json::Value = sqlx::query_scalar(
        "SELECT convert_from(body, 'UTF8')::jsonb #> '{subject.erasure_requested,by}' FROM es.event \
          WHERE event_type = 'subject.erasure_requested' AND stream_id = 'subject-' || $1",
    )
    .bind(told["id"].as_str().unwrap())
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(by, "restored");
    assert_eq!(opened(&world, &HIS).await.0.len(), HIS.len(), "nobody else is touched");
    assert!(world.hip(&["audit", "verify"]).await.status.success());
    world.rebuild_all().await;
}
