//! Servers that are started, killed, reused and stopped.

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hip_launcher::{Durability, LaunchError, PostgresOptions, PrivatePostgres};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

fn start(data_dir: &Path) -> PrivatePostgres {
    let data_dir = data_dir.to_owned();
    PrivatePostgres::start(PostgresOptions { data_dir, durability: Durability::Throwaway }).unwrap()
}

/// The process id of the server, from its own lock file.
fn server_pid(data_dir: &Path) -> Pid {
    let file = fs::read_to_string(data_dir.join("pg/postmaster.pid")).unwrap();
    Pid::from_raw(file.lines().next().unwrap().parse().unwrap()).unwrap()
}

fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("socket/.s.PGSQL.5432")
}

fn accepts_connections(data_dir: &Path) -> bool {
    UnixStream::connect(socket(data_dir)).is_ok()
}

/// Runs a statement with the server's own client.
fn psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet"])
        .args(["--command", statement, url])
        .output()
        .expect("the client programs are installed with the server");
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn assert_has_database(postgres: &PrivatePostgres, name: &str) {
    assert_eq!(psql(&postgres.url(name), "SELECT current_database()"), Ok(name.to_owned()));
}

#[test]
fn a_server_starts_on_nothing_keeps_its_data_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path());
    assert!(!first.was_running());
    first.create_database("kept_1").unwrap();
    first.create_database("kept_1").unwrap();
    first.stop().unwrap();
    assert!(!accepts_connections(directory.path()));

    let second = start(directory.path());
    assert!(!second.was_running());
    assert_has_database(&second, "kept_1");
}

#[test]
fn only_plain_database_names_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path());
    for name in ["", "1a", "A", "a\"; DROP", "a-b", &"a".repeat(64)] {
        let refused = postgres.create_database(name);
        assert!(matches!(refused, Err(LaunchError::Name(_))), "{name}: {refused:?}");
    }
    postgres.create_database(&"a".repeat(63)).unwrap();
}

#[test]
fn dropping_stops_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path());
    let pid = server_pid(directory.path());
    drop(postgres);
    assert!(!accepts_connections(directory.path()));
    assert!(test_kill_process(pid).is_err());
}

#[test]
fn a_killed_server_is_started_again() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path());
    first.create_database("kept").unwrap();
    // An open connection, so that a process of the killed server still runs when the next one starts.
    let _visitor = UnixStream::connect(socket(directory.path())).unwrap();
    kill_process(server_pid(directory.path()), Signal::KILL).unwrap();

    // Its lock file is stale, and its process is a zombie: `first` has not waited for it.
    let second = start(directory.path());
    assert!(!second.was_running());
    assert_has_database(&second, "kept");

    // The handle of the killed server does not stop the new one.
    first.stop().unwrap();
    assert!(accepts_connections(directory.path()));
}

#[test]
fn a_lock_file_that_names_another_process_is_stale() {
    let directory = tempfile::tempdir().unwrap();
    start(directory.path()).stop().unwrap();
    let cluster = directory.path().join("pg");
    // As in a restarted container: the id now belongs to another process, here to this one.
    let text = format!("{}\n{}\n1\n1\n", std::process::id(), cluster.display());
    fs::write(cluster.join("postmaster.pid"), text).unwrap();
    assert!(!start(directory.path()).was_running());
}

#[test]
fn a_running_server_is_taken_over_and_left_running() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path());
    let second = start(directory.path());
    assert!(second.was_running());
    assert_eq!(second.url("x"), first.url("x"));
    second.create_database("by_the_second").unwrap();
    second.stop().unwrap();
    assert_has_database(&first, "by_the_second");
}

#[test]
fn an_orphan_of_a_killed_launcher_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path());
    let pid = server_pid(directory.path());
    std::mem::forget(first); // as after `kill -9`: no launcher stops it
    let second = start(directory.path());
    assert!(second.was_running());
    drop(second);
    kill_process(pid, Signal::INT).unwrap();
    let begun_at = Instant::now();
    // It is now a zombie of this process. The next start must recognize that too.
    while directory.path().join("pg/postmaster.pid").exists() {
        assert!(begun_at.elapsed() < Duration::from_mins(5), "the orphan does not end");
        thread::sleep(Duration::from_millis(10));
    }
    assert!(!start(directory.path()).was_running());
}

#[test]
fn two_at_once_share_one_server() {
    let directory = tempfile::tempdir().unwrap();
    let both: Vec<PrivatePostgres> = thread::scope(|scope| {
        let starts = [(); 2].map(|()| scope.spawn(|| start(directory.path())));
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(both.iter().filter(|postgres| postgres.was_running()).count(), 1);
    assert_eq!(both[0].url("x"), both[1].url("x"));
}

#[test]
fn an_interrupted_initdb_is_begun_anew() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("pg.unfinished")).unwrap();
    fs::write(directory.path().join("pg.unfinished/PG_VERSION"), "15\n").unwrap();
    assert!(!start(directory.path()).was_running());
}

#[test]
fn a_cluster_of_another_version_is_named() {
    let directory = tempfile::tempdir().unwrap();
    start(directory.path()).stop().unwrap();
    let version = directory.path().join("pg/PG_VERSION");
    fs::write(version, "8\n").unwrap();
    let refused = PrivatePostgres::start(PostgresOptions {
        data_dir: directory.path().to_owned(),
        durability: Durability::Durable,
    });
    assert!(
        matches!(&refused, Err(LaunchError::OtherVersion { made_by, .. }) if made_by == "8"),
        "{refused:?}"
    );
}
