//! Only the user who started a private server can log in. The tests try it from outside, without the
//! password.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use hip_launcher::{Durability, PostgresOptions, PrivatePostgres};
use rustix::process::geteuid;

fn start(data_dir: &Path) -> PrivatePostgres {
    let data_dir = data_dir.to_owned();
    PrivatePostgres::start(PostgresOptions { data_dir, durability: Durability::Throwaway }).unwrap()
}

/// A directory that every account can enter, so that all can get as far as the data directory.
fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

fn psql(uid: Option<u32>, connection: &str, statement: &str) -> Output {
    let mut command = Command::new("psql");
    command
        .current_dir("/")
        .env_remove("PGPASSWORD")
        .args(["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet"])
        .args(["--command", statement, connection]);
    if let Some(uid) = uid {
        command.uid(uid).gid(uid);
    }
    command.output().expect("the client programs are installed with the server")
}

/// The first answer of the server to a start message: its type and its body.
fn first_answer(socket: &Path, user: &str) -> (u8, Vec<u8>) {
    let mut stream = UnixStream::connect(socket).unwrap();
    let body = format!("\0\u{3}\0\0user\0{user}\0database\0postgres\0\0");
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    stream.write_all(&[&length, body.as_bytes()].concat()).unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize - 4;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head[0], body)
}

#[test]
fn nobody_logs_in_without_the_password() {
    let directory = open_directory();
    let postgres = start(directory.path());
    postgres.create_login("app", "service").unwrap();
    let socket_dir = directory.path().join("socket");
    for user in ["hip", "app", "postgres"] {
        let (kind, body) = first_answer(&socket_dir.join(".s.PGSQL.5432"), user);
        // "R" and 10: log in by SASL. The server answers the same for users that do not exist.
        assert_eq!((kind, &body[..4]), (b'R', &[0, 0, 0, 10][..]), "{user}");
        let connection = format!("host={} user={user} dbname=postgres", socket_dir.display());
        let output = psql(None, &connection, "SELECT 1");
        assert!(!output.status.success(), "{user} is let in");
        let wrong = format!("{connection} password=hip");
        assert!(!psql(None, &wrong, "SELECT 1").status.success(), "{user} is let in");
    }
    let output = psql(None, &postgres.url("postgres"), "SELECT 1");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_server_listens_on_no_port() {
    let directory = open_directory();
    let postgres = start(directory.path());
    let output = psql(None, &postgres.url("postgres"), "SHOW listen_addresses");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\n");
    let lock_file = fs::read_to_string(directory.path().join("pg/postmaster.pid")).unwrap();
    assert_eq!(lock_file.lines().nth(5), Some(""), "an address is listened on");
}

#[test]
fn on_the_loopback_interface_the_password_is_wanted_too() {
    let directory = open_directory();
    let data_dir = directory.path().to_owned();
    let options = PostgresOptions { data_dir, durability: Durability::Throwaway };
    let postgres = PrivatePostgres::start_on_loopback(options).unwrap();
    let url = postgres.url("postgres");
    assert!(psql(None, &url, "SELECT 1").status.success());
    let (_, address) = url.split_once('@').unwrap();
    for user in ["hip", "hip:wrong", "postgres", "template1"] {
        let output = psql(None, &format!("postgres://{user}@{address}"), "SELECT 1");
        assert!(!output.status.success(), "{user} is let in");
    }
}

#[test]
fn other_users_reach_neither_the_socket_nor_a_password() {
    let directory = open_directory();
    let postgres = start(directory.path());
    postgres.create_login("app", "service").unwrap();
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().mode() & 0o777;
    assert_eq!(mode("socket"), 0o700);
    assert_eq!(mode("pg"), 0o700);
    for secret in ["owner.password", "login-app.password", "start.lock", "postgres.log"] {
        assert_eq!(mode(secret), 0o600, "{secret}");
    }
    if !geteuid().is_root() {
        return; // only root can become another user
    }
    // Another user of the machine, who has even obtained the password.
    let output = psql(Some(65_534), &postgres.url("postgres"), "SELECT 1");
    assert!(!output.status.success(), "another user is let in");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Permission denied"), "{said}");
}

#[test]
fn a_login_is_no_owner() {
    let directory = open_directory();
    let postgres = start(directory.path());
    postgres.create_database("hip").unwrap();
    let as_owner = |statement: &str| {
        let output = psql(None, &postgres.url("hip"), statement);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    postgres.create_login("app", "service").unwrap();
    as_owner("CREATE TABLE kept (n int); GRANT SELECT ON kept TO service");
    let url = postgres.login_url("app", "hip").unwrap();
    postgres.create_login("app", "service").unwrap();
    assert_eq!(postgres.login_url("app", "hip").unwrap(), url, "made once, it stays");
    let is_allowed = |statement: &str| psql(None, &url, statement).status.success();
    assert!(is_allowed("SELECT * FROM kept") && is_allowed("SET ROLE service"));
    for refused in [
        "INSERT INTO kept VALUES (1)",
        "DROP TABLE kept",
        "ALTER TABLE kept DISABLE TRIGGER ALL",
        "SET ROLE hip",
        "SET SESSION AUTHORIZATION hip",
        "CREATE ROLE other",
        "ALTER ROLE app SUPERUSER",
        "COPY kept FROM PROGRAM 'true'",
        "SELECT pg_read_file('pg_hba.conf')",
    ] {
        assert!(!is_allowed(refused), "{refused}");
    }
    assert!(postgres.login_url("nobody", "hip").is_err());
}

#[test]
fn a_password_file_that_was_lost_is_made_anew() {
    let directory = open_directory();
    let first = start(directory.path());
    first.create_login("app", "service").unwrap();
    let (owner, login) = (first.url("postgres"), first.login_url("app", "postgres").unwrap());
    first.stop().unwrap();
    fs::remove_file(directory.path().join("owner.password")).unwrap();
    fs::remove_file(directory.path().join("login-app.password")).unwrap();
    let second = start(directory.path());
    second.create_login("app", "service").unwrap();
    for (old, new) in
        [(owner, second.url("postgres")), (login, second.login_url("app", "postgres").unwrap())]
    {
        assert!(!psql(None, &old, "SELECT 1").status.success(), "the old password is good");
        assert!(psql(None, &new, "SELECT 1").status.success());
    }
}
