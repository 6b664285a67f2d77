//! A fresh database for each test.

use hip_infra::postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tokio::sync::OnceCell;

use crate::servers::unique_name;

/// A migrated, empty database of its own. It stays until the server goes: the whole cluster of a
/// test run is thrown away.
pub struct TestDatabase {
    /// As the owner.
    pub url: String,
}

/// The name of the database that all others of this process are copies of: the migrations take longer than
/// a copy of what they lead to.
static MIGRATED: OnceCell<String> = OnceCell::const_new();

async fn migrated(server: &str) -> String {
    let (url, name) = create(server, "").await;
    postgres::migrate(&url).await.expect("the schema is brought up to date");
    name
}

/// A new database: its URL and its name.
async fn create(server: &str, how: &str) -> (String, String) {
    let name = unique_name();
    let mut connection = PgConnection::connect(server).await.expect("the test server answers");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name} {how}"));
    connection.execute(create).await.expect("a database can be made");
    let (base, _) = server.rsplit_once('/').expect("the URL names a database");
    (format!("{base}/{name}"), name)
}

impl TestDatabase {
    /// Makes a database whose schema is up to date.
    ///
    /// # Panics
    ///
    /// Without a server there is no test.
    pub async fn create() -> Self {
        let server = std::env::var("HIP_TEST_PG")
            .expect("HIP_TEST_PG is not set: start the suite with ./run test");
        let migrated = MIGRATED.get_or_init(|| migrated(&server)).await;
        Self { url: create(&server, &format!("TEMPLATE {migrated}")).await.0 }
    }

    /// Connections as the service's role: what the product has.
    pub async fn as_service(&self, count: u32) -> PgPool {
        postgres::connect(&self.url, count).await.expect("the service can connect")
    }

    /// A connection as the owner: what a database administrator has.
    pub async fn as_owner(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("the owner can connect")
    }
}
