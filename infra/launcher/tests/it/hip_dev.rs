//! The program `hip-dev`, as `./run test` uses it.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// `hip-dev` with an empty place for its temporary files, and no server given.
fn hip_dev(program: &Path, temporary: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("HIP_TEST_PG").env("TMPDIR", temporary);
    command
}

/// A directory that the server's account can pass.
fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

const OWN: &str = env!("CARGO_BIN_EXE_hip-dev");

fn stdout(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The port in `postgres://hip@127.0.0.1:PORT/postgres`.
fn port_of(url: &str) -> u16 {
    let authority = url.trim().strip_prefix("postgres://hip@127.0.0.1:").unwrap();
    authority.strip_suffix("/postgres").unwrap().parse().unwrap()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun_at = Instant::now();
    while !is_so() {
        assert!(begun_at.elapsed() < Duration::from_secs(15), "still not: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_gone(port: u16, temporary: &Path) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_err()
        && fs::read_dir(temporary).unwrap().next().is_none()
}

#[test]
fn the_command_gets_a_server_and_its_status_is_ours() {
    let temporary = open_directory();
    let output = hip_dev(Path::new(OWN), temporary.path())
        .args(["with-servers", "--", "sh", "-c", "echo $HIP_TEST_PG; exit 7"])
        .output() // until the keeper has closed its standard error, too
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    let port = port_of(&stdout(&output));
    wait_until("server and data are gone", || is_gone(port, temporary.path()));
}

#[test]
fn a_server_that_is_given_is_used() {
    let temporary = open_directory();
    let output = hip_dev(Path::new(OWN), temporary.path())
        .env("HIP_TEST_PG", "postgres://elsewhere/")
        .args(["with-servers", "--", "sh", "-c", "echo $HIP_TEST_PG; ls -A $TMPDIR"])
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "postgres://elsewhere/\n");
}

#[test]
fn nothing_outlives_a_signal() {
    for signal in [Signal::TERM, Signal::KILL] {
        let temporary = open_directory();
        let mut child = hip_dev(Path::new(OWN), temporary.path())
            .args(["with-servers", "--", "sh", "-c", "echo $HIP_TEST_PG; exec sleep 60"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut words = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut words, &mut url).unwrap();
        let port = port_of(&url);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()));
        wait_until("server and data are gone", || is_gone(port, temporary.path()));
    }
}

#[test]
fn mistakes_have_a_status_of_their_own() {
    let temporary = open_directory();
    let status = |arguments: &[&str], variable: &str, value: &str| {
        let mut command = hip_dev(Path::new(OWN), temporary.path());
        let output = command.args(arguments).env(variable, value).output().unwrap();
        assert!(!output.stderr.is_empty());
        output.status.code()
    };
    assert_eq!(status(&[], "X", ""), Some(2));
    assert_eq!(status(&["with-servers", "true"], "X", ""), Some(2));
    let run = ["with-servers", "--", "true"];
    assert_eq!(status(&run, "PG_BIN", "/nowhere"), Some(3));
    assert_eq!(status(&run, "HIP_ENV", "production"), Some(3));
    assert_eq!(status(&["with-servers", "--", "/nowhere/true"], "X", ""), Some(126));
    wait_until("data are gone", || fs::read_dir(temporary.path()).unwrap().next().is_none());
}

/// As root the other tests run the server as another account; this one leaves root altogether.
#[test]
fn a_plain_user_gets_a_server_too() {
    if !geteuid().is_root() {
        return; // then every test here is this one
    }
    let temporary = open_directory();
    let program = temporary.path().join("hip-dev");
    // Not by ourselves: a process that another test forks meanwhile would hold the file open for
    // writing, and then it cannot be run.
    assert!(Command::new("cp").arg(OWN).arg(&program).status().unwrap().success());
    let own_temporary = temporary.path().join("tmp");
    fs::create_dir(&own_temporary).unwrap();
    chown(&own_temporary, Some(65_534), Some(65_534)).unwrap();
    let output = hip_dev(&program, &own_temporary)
        .current_dir("/")
        .uid(65_534)
        .gid(65_534)
        .args(["with-servers", "--", "sh", "-c", "id -u; echo $HIP_TEST_PG"])
        .output()
        .unwrap();
    let words = stdout(&output);
    let (uid, url) = words.split_once('\n').unwrap();
    assert_eq!(uid, "65534");
    wait_until("server and data are gone", || is_gone(port_of(url), &own_temporary));
}
