//! A fresh database for each test.

use hip_infra::postgres;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use uuid::Uuid;

/// A migrated, empty database of its own. It stays until the server goes: the whole cluster of a
/// test run is thrown away.
pub struct TestDatabase {
    /// As the owner.
    pub url: String,
}

impl TestDatabase {
    /// Makes a database and brings it up to date.
    ///
    /// # Panics
    ///
    /// Without a server there is no test.
    pub async fn create() -> Self {
        let server = std::env::var("HIP_TEST_PG")
            .expect("HIP_TEST_PG is not set: start the suite with ./run test");
        #[expect(clippy::disallowed_methods, reason = "a test's database needs a name of its own")]
        let name = format!("t_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await.expect("the test server answers");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await.expect("a database can be made");
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let url = format!("{base}/{name}");
        postgres::migrate(&url).await.expect("the schema is brought up to date");
        Self { url }
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
