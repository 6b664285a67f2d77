//! The Redis, the `MongoDB` and the MariaDB of the run.

use std::env;
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::{Client, Database};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// How long a new replica set may take to have a primary. It takes a third of a second.
const PRIMARY_PATIENCE: Duration = crate::patience::PATIENCE;

/// The code of a server that is a replica set already.
const ALREADY_INITIALIZED: i32 = 23;

/// A name that no other test has, for a database or a prefix.
pub fn unique_name() -> String {
    #[expect(clippy::disallowed_methods, reason = "what a test leaves behind needs its own name")]
    let id = Uuid::new_v4();
    format!("t_{}", id.simple())
}

/// Where Redis is; `None` if the run goes without it.
///
/// # Panics
///
/// When it was neither started nor left out.
pub fn redis_url() -> Option<String> {
    given("HIP_TEST_REDIS")
}

/// A database of its own in `MongoDB`, as a URL; `None` if the run goes without it.
///
/// # Panics
///
/// When the server was neither started nor left out, or takes no writes.
pub async fn mongo_url() -> Option<String> {
    static IS_PRIMARY: OnceCell<()> = OnceCell::const_new();
    let server = given("HIP_TEST_MONGO")?;
    IS_PRIMARY.get_or_init(|| make_primary(&server)).await;
    let (base, options) = server.split_once('?').unwrap_or((&server, ""));
    Some(format!("{}/{}?{options}", base.trim_end_matches('/'), unique_name()))
}

/// The same database through the plain driver, as another program has it.
///
/// # Panics
///
/// When the URL names none.
pub async fn mongo_database(url: &str) -> Database {
    let client = Client::with_uri_str(url).await.expect("a URL of the test server");
    client.default_database().expect("the URL names a database")
}

/// A new database in MariaDB, as a URL; `None` if the run goes without it.
///
/// # Panics
///
/// When the server was neither started nor left out, or makes no database.
pub async fn mysql_url() -> Option<String> {
    let server = given("HIP_TEST_MYSQL")?;
    let name = unique_name();
    let mut connection = MySqlConnection::connect(&server).await.expect("the test server answers");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.expect("a database can be made");
    Some(format!("{}/{name}", server.trim_end_matches('/')))
}

fn given(variable: &str) -> Option<String> {
    if env::var_os("HIP_TEST_BACKENDS").is_some_and(|backends| backends == "embedded") {
        return None;
    }
    let url = env::var(variable).ok().filter(|url| !url.is_empty());
    Some(url.unwrap_or_else(|| panic!("{variable} is not set: start the suite with ./run test")))
}

/// Makes a new server a replica set of one and waits until it takes writes. Several processes may do
/// so at once.
async fn make_primary(server: &str) {
    let client = Client::with_uri_str(server).await.expect("HIP_TEST_MONGO is a URL");
    let admin = client.database("admin");
    let hello = || async { admin.run_command(doc! { "hello": 1 }).await };
    let said = hello().await.expect("the test server answers");
    if said.get_bool("isreplicaset").unwrap_or(false) {
        let host = server.split("//").nth(1).and_then(|rest| rest.split('/').next());
        let members = doc! { "_id": 0, "host": host.expect("the URL names a host") };
        let set = doc! { "replSetInitiate": { "_id": "rs0", "members": [members] } };
        let begun = admin.run_command(set).await;
        assert!(begun.is_ok() || code(&begun) == Some(ALREADY_INITIALIZED), "{begun:?}");
    }
    let begun_at = Instant::now();
    while !hello().await.is_ok_and(|said| said.get_bool("isWritablePrimary").unwrap_or(false)) {
        assert!(begun_at.elapsed() < PRIMARY_PATIENCE, "mongod does not become a primary");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn code(outcome: &Result<Document, Error>) -> Option<i32> {
    match outcome.as_ref().err().map(|error| &*error.kind) {
        Some(ErrorKind::Command(refusal)) => Some(refusal.code),
        _ => None,
    }
}
