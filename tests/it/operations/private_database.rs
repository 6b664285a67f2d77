//! Without `DATABASE_URL`: the private database serves a user that owns nothing, and nobody else gets in.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hip_launcher::{Durability, PostgresOptions, PrivatePostgres};
use hip_tests::World;
use hip_tests::process::hip_binary;
use rustix::process::{Pid, Signal, kill_process};

fn hip(data_dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(hip_binary());
    command.args(arguments).env_remove("DATABASE_URL").env("HIP_DATA_DIR", data_dir);
    command.output().unwrap()
}

fn psql(url: &str, statement: &str) -> (bool, String) {
    let arguments = ["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet"];
    let mut command = Command::new("psql");
    let output = command.args(arguments).args(["--command", statement, url]).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Every command that reads a log.
const READERS: &[&[&str]] = &[
    &["audit", "verify"],
    &["audit", "consent", "0b3bca4e-6b6f-4f0e-9a8e-3f2c7ee4a001"],
    &["audit", "export"],
    &["audit", "seals"],
    &["audit", "prove", "1"],
    &["discovery", "what-if"],
    &["events", "list"],
    &["explain", "V-1"],
    &["facility", "list"],
    &["hiu", "list"],
    &["projection", "status"],
    &["visit", "jobs"],
];

#[test]
fn a_command_that_reads_a_log_says_when_there_is_none_and_makes_none() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in READERS {
        let output = hip(directory.path(), arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {told}");
        assert!(told.contains("there is no log in"), "{arguments:?}: {told}");
        assert!(told.contains("HIP_DATA_DIR") && told.contains("DATABASE_URL"), "{told}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    // A cluster without our schema.
    let data_dir = directory.path().join("pg");
    let options = PostgresOptions { data_dir, durability: Durability::Throwaway };
    let postgres = PrivatePostgres::start(options).unwrap();
    let mut command = Command::new(hip_binary());
    let url = postgres.url("postgres");
    let output = command.args(["audit", "verify"]).env("DATABASE_URL", url).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("there is no log in") && told.contains("hip migrate"), "{told}");
}

#[tokio::test]
async fn a_service_whose_private_server_is_killed_ends_and_the_next_start_serves() {
    let world = World::create().await;
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let serve = || {
        let mut command = Command::new(hip_binary());
        command.args(["serve", "--config"]).arg(&world.launch.config);
        command.env_remove("DATABASE_URL").env("HIP_DATA_DIR", directory.path());
        command.env("HIP_CLIENT_SECRET", &world.launch.client_secret);
        command.env("HIP_API_KEY", &world.launch.api_key).env("HIP_SMS_TOKEN", "suite-sms-token");
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let ready = async || {
        let answer = reqwest::get(format!("{}/health/ready", world.launch.url)).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    let first = serve();
    world.eventually("it serves", ready).await;
    let found = find(directory.path(), "postmaster.pid").expect("a server is at work");
    let server = fs::read_to_string(found).unwrap().lines().next().unwrap().parse().unwrap();
    kill_process(Pid::from_raw(server).unwrap(), Signal::KILL).unwrap();
    let ended =
        tokio::task::spawn_blocking(move || first.wait_with_output()).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{told}");
    assert!(told.contains("the private PostgreSQL has ended"), "{told}");
    let mut second = serve();
    world.eventually("it serves again", ready).await;
    kill_process(Pid::from_child(&second), Signal::TERM).unwrap();
    assert!(tokio::task::spawn_blocking(move || second.wait()).await.unwrap().unwrap().success());
}

/// A file with this name, in this folder or below.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let here = entries.iter().find(|path| path.ends_with(name)).cloned();
    here.or_else(|| entries.iter().find_map(|path| find(path, name)))
}

#[test]
fn a_command_whose_output_is_closed_stops_its_private_server() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let migrated = hip(directory.path(), &["migrate"]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let mut command = Command::new(hip_binary());
    command.args(["projection", "status"]).env_remove("DATABASE_URL");
    command.env("HIP_DATA_DIR", directory.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // As `head` does when it has seen enough.
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(find(directory.path(), "postmaster.pid"), None, "the server goes on");
}

#[test]
fn the_service_logs_in_as_a_role_that_owns_nothing() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let migrated = hip(directory.path(), &["migrate"]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    // As the service's user: it reads the log.
    let listed = hip(directory.path(), &["events", "list"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));

    let data_dir = directory.path().join("pg");
    let options = PostgresOptions { data_dir, durability: Durability::Throwaway };
    let postgres = PrivatePostgres::start(options).unwrap();
    assert!(!postgres.was_open());
    let url = postgres.login_url("hip_app", "hip").unwrap();
    assert_eq!(psql(&url, "SELECT count(*) FROM es.event"), (true, "0".to_owned()));
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'hip_app'::regrole";
    assert_eq!(psql(&url, owned), (true, "0".to_owned()));
    for refused in [
        "SET ROLE hip",
        "RESET ROLE; ALTER TABLE es.event DISABLE TRIGGER ALL",
        "DROP TABLE es.event",
        "DELETE FROM vault.key",
        "CREATE TABLE es.other (n int)",
    ] {
        assert!(!psql(&url, refused).0, "{refused}");
    }
}
