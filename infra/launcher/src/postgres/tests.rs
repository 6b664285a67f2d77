//! Clusters of earlier versions of this crate, which accepted every local user.

use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use super::*;
use crate::process::command;
use options::Durability;

fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

fn options(data_dir: &Path) -> PostgresOptions {
    PostgresOptions { data_dir: data_dir.to_owned(), durability: Durability::Throwaway }
}

/// Starts a server on a cluster of an earlier version. Returns its process and its port.
fn earlier_server(path: &Path) -> (Child, u16) {
    let data_dir = DataDir::prepare(path).unwrap();
    let binaries = Binaries::find(None).unwrap();
    let (log, unfinished) = (data_dir.log(), data_dir.make_unfinished_cluster().unwrap());
    let runs_as = data_dir.runs_as.as_ref();
    let made = command(&binaries.program("initdb"), &log, &unfinished, runs_as)
        .unwrap()
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"])
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::rename(&unfinished, data_dir.cluster()).unwrap();
    let port = crate::process::free_port().unwrap();
    let server = command(&binaries.program("postgres"), &log, &data_dir.cluster(), runs_as)
        .unwrap()
        .arg("-D")
        .arg(data_dir.cluster())
        .args(["-c", &format!("port={port}"), "-c", "unix_socket_directories="])
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
        .spawn()
        .unwrap();
    let begun_at = Instant::now();
    while Session::open_without_password(port).is_err() {
        assert!(begun_at.elapsed() < READY_TIMEOUT, "the server does not answer");
        thread::sleep(POLL_INTERVAL);
    }
    (server, port)
}

/// Stops the server as its launcher did.
fn end(mut server: Child) {
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&server),
        rustix::process::Signal::INT,
    )
    .unwrap();
    server.wait().unwrap();
}

fn fill(port: u16) {
    let mut session = Session::open_without_password(port).unwrap();
    session.execute("CREATE DATABASE hip").unwrap();
}

fn assert_kept_and_closed(postgres: &PrivatePostgres) {
    let kept = Session::open(&postgres.socket, USER, &postgres.owner, "hip");
    assert!(kept.is_ok(), "the data is kept: {kept:?}");
    assert_closed(postgres);
}

fn assert_closed(postgres: &PrivatePostgres) {
    let open = |password| Session::open(&postgres.socket, USER, password, "postgres");
    assert!(open(&postgres.owner).is_ok());
    let refused = open(&Password::random());
    assert!(matches!(refused, Err(WireError::Refused { .. })), "{refused:?}");
}

#[test]
fn a_cluster_that_let_everybody_in_wants_a_password_from_the_next_start_on() {
    let directory = open_directory();
    let (server, port) = earlier_server(directory.path());
    fill(port);
    end(server);
    let postgres = PrivatePostgres::start(options(directory.path())).unwrap();
    assert!(postgres.was_open(), "it is said");
    assert_kept_and_closed(&postgres);
    postgres.stop().unwrap();
    let postgres = PrivatePostgres::start(options(directory.path())).unwrap();
    assert!(!postgres.was_open(), "once");
}

#[test]
fn a_start_that_was_killed_half_way_is_done_again() {
    let directory = open_directory();
    let (server, port) = earlier_server(directory.path());
    fill(port);
    end(server);
    // The password file is written, but the server does not have this password.
    Password::random().write(&directory.path().join("owner.password")).unwrap();
    let postgres = PrivatePostgres::start(options(directory.path())).unwrap();
    assert_kept_and_closed(&postgres);
}

#[test]
fn an_open_server_that_nobody_uses_is_stopped_and_started_anew() {
    let directory = open_directory();
    let (mut server, port) = earlier_server(directory.path());
    fill(port);
    // Waits for the process, so that it does not remain as a zombie.
    let waiting = thread::spawn(move || server.wait().unwrap());
    let postgres = PrivatePostgres::start(options(directory.path())).unwrap();
    assert!(postgres.was_open() && !postgres.was_running());
    assert_kept_and_closed(&postgres);
    waiting.join().unwrap();
    assert!(Session::open_without_password(port).is_err());
}

#[test]
fn an_open_server_that_is_in_use_is_left_alone_and_named() {
    let directory = open_directory();
    let (server, port) = earlier_server(directory.path());
    let mut visitor = Session::open_without_password(port).unwrap();
    let refused = PrivatePostgres::start(options(directory.path()));
    let Err(LaunchError::OpenServer { pid, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(u32::try_from(pid), Ok(server.id()));
    visitor.execute("SELECT 1").unwrap();
    end(server);
}

#[test]
fn a_changed_login_rule_is_replaced_at_the_next_start() {
    let directory = open_directory();
    PrivatePostgres::start(options(directory.path())).unwrap().stop().unwrap();
    let file = directory.path().join("pg/pg_hba.conf");
    std::fs::write(file, "local all all trust\n").unwrap();
    let postgres = PrivatePostgres::start(options(directory.path())).unwrap();
    assert!(postgres.was_open());
    assert_closed(&postgres);
}

#[test]
fn a_data_directory_with_a_long_path_has_its_socket_elsewhere() {
    let directory = open_directory();
    let long = directory.path().join("l".repeat(120));
    let first = PrivatePostgres::start(options(&long)).unwrap();
    assert!(!first.socket.directory.starts_with(&long));
    let second = PrivatePostgres::start(options(&long)).unwrap();
    assert!(second.was_running());
    assert_closed(&second);
    let socket_dir = first.socket.directory.clone();
    first.stop().unwrap();
    assert!(!socket_dir.exists());
}
