//! Tests of the program `hip-dev`, as `./run test` uses it.

use std::env;
use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

/// Variables of the servers other than PostgreSQL.
const BESIDE_POSTGRES: [&str; 3] = ["HIP_TEST_REDIS", "HIP_TEST_MONGO", "HIP_TEST_MYSQL"];

/// `hip-dev` with an own directory for temporary files. Only PostgreSQL, the most demanding server, is
/// started.
fn hip_dev(program: &Path, temporary: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("TMPDIR", temporary)
        .env("HIP_TEST_REDIS", "redis://elsewhere/")
        .env("HIP_TEST_MONGO", "mongodb://elsewhere/")
        .env("HIP_TEST_MYSQL", "mysql://elsewhere/");
    for variable in ["HIP_TEST_PG", "HIP_TEST_BACKENDS"] {
        command.env_remove(variable);
    }
    command
}

/// A directory that the server's account can enter.
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

/// The port in `postgres://hip:PASSWORD@127.0.0.1:PORT/postgres`.
fn port_of(url: &str) -> u16 {
    let (user, address) = url.trim().split_once('@').unwrap();
    let password = user.strip_prefix("postgres://hip:").unwrap();
    assert!(password.len() >= 32, "{url}");
    let port = address.strip_prefix("127.0.0.1:").unwrap();
    port.strip_suffix("/postgres").unwrap().parse().unwrap()
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun_at = Instant::now();
    while !is_so() {
        assert!(begun_at.elapsed() < Duration::from_mins(5), "still not: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The port in a URL that starts with `scheme://127.0.0.1:PORT` or `scheme://root@127.0.0.1:PORT`.
fn loopback_port(url: &str, scheme: &str) -> u16 {
    let rest = url.strip_prefix(scheme).unwrap().strip_prefix("://").unwrap();
    let rest = rest.strip_prefix("root@").unwrap_or(rest).strip_prefix("127.0.0.1:").unwrap();
    rest.split('/').next().unwrap().parse().unwrap()
}

fn is_gone(port: u16, temporary: &Path) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_err() && is_empty(temporary)
}

#[test]
fn the_command_gets_a_server_and_its_status_is_ours() {
    let temporary = open_directory();
    let output = hip_dev(Path::new(OWN), temporary.path())
        .args(["with-servers", "--", "sh", "-c", "echo $HIP_TEST_PG; exit 7"])
        .output() // returns when the supervisor has closed its standard error too
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    let port = port_of(&stdout(&output));
    wait_until("server and data are gone", || is_gone(port, temporary.path()));
}

#[test]
fn all_that_is_not_given_is_started() {
    let temporary = open_directory();
    let mut command = hip_dev(Path::new(OWN), temporary.path());
    let is_embedded = env::var_os("HIP_TEST_BACKENDS").is_some();
    if !is_embedded {
        for variable in BESIDE_POSTGRES {
            command.env_remove(variable);
        }
    }
    let urls =
        "echo $HIP_TEST_PG; echo $HIP_TEST_REDIS; echo $HIP_TEST_MONGO; echo $HIP_TEST_MYSQL";
    let output = command.args(["with-servers", "--", "sh", "-c", urls]).output().unwrap();
    let urls = stdout(&output);
    let urls: Vec<&str> = urls.lines().collect();
    let mut ports = vec![port_of(urls[0])];
    if !is_embedded {
        ports.push(loopback_port(urls[1], "redis"));
        assert!(urls[2].ends_with("/?directConnection=true"), "{}", urls[2]);
        ports.push(loopback_port(urls[2], "mongodb"));
        ports.push(loopback_port(urls[3], "mysql"));
    }
    wait_until("servers and data are gone", || {
        ports.iter().all(|port| is_gone(*port, temporary.path()))
    });
}

#[test]
fn to_go_without_some_servers_is_said_aloud_and_not_by_mistake() {
    let temporary = open_directory();
    let run = |backends: &str| {
        let mut command = hip_dev(Path::new(OWN), temporary.path());
        for variable in BESIDE_POSTGRES {
            command.env_remove(variable);
        }
        command.env("HIP_TEST_PG", "postgres://elsewhere/").env("HIP_TEST_BACKENDS", backends);
        command.args(["with-servers", "--", "sh", "-c", "echo $HIP_TEST_MONGO"]).output().unwrap()
    };
    let without = run("embedded");
    assert_eq!(String::from_utf8_lossy(&without.stdout), "\n");
    let said = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(said.contains("NOTHING IS TESTED ON REDIS, MONGODB AND MARIADB"), "{said}");
    assert_eq!(run("embeded").status.code(), Some(2));
}

#[test]
fn a_server_that_is_not_installed_is_named() {
    let temporary = open_directory();
    let output = hip_dev(Path::new(OWN), temporary.path())
        .env_remove("HIP_TEST_REDIS")
        .env("HIP_TEST_PG", "postgres://elsewhere/")
        .env("PATH", "/nowhere")
        .args(["with-servers", "--", "/bin/true"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("no redis-server found"), "{said}");
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
    wait_until("data are gone", || is_empty(temporary.path()));
}

/// The whole program runs as a plain user. As root, the other tests only run the server as another account.
#[test]
fn a_plain_user_gets_a_server_too() {
    if !geteuid().is_root() {
        return; // then every test here runs as a plain user
    }
    let temporary = open_directory();
    let program = temporary.path().join("hip-dev");
    // Another process makes the copy: a child that another test forks meanwhile would hold the file open
    // for writing, and then it could not be executed.
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
