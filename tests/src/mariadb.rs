//! A MariaDB, for what reads a record system's own database.

use hip_launcher::ThrowawayMariadb;
use sqlx::{Connection, MySqlConnection};
use tempfile::TempDir;

/// An empty database: in the server of `HIP_TEST_MYSQL`, or in one that lives as long as this.
pub struct TestMariadb {
    /// Of the database.
    pub url: String,
    _server: Option<(ThrowawayMariadb, TempDir)>,
}

impl TestMariadb {
    /// Makes a database.
    ///
    /// # Panics
    ///
    /// Without a server there is no test.
    pub async fn create() -> Self {
        let given = std::env::var("HIP_TEST_MYSQL").ok().filter(|url| !url.is_empty());
        let started = match given {
            Some(_) => None,
            None => Some(tokio::task::spawn_blocking(start).await.expect("nothing panics there")),
        };
        let server = match (&given, &started) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some((server, _))) => server.url(),
            (None, None) => unreachable!("one is given or started"),
        };
        #[expect(clippy::disallowed_methods, reason = "a test's database needs a name of its own")]
        let name = format!("t_{}", uuid::Uuid::new_v4().simple());
        let mut connection =
            MySqlConnection::connect(&server).await.expect("the test server answers");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut connection).await.expect("a database can be made");
        Self { url: format!("{server}/{name}"), _server: started }
    }
}

fn start() -> (ThrowawayMariadb, TempDir) {
    let home = tempfile::tempdir().expect("there is room for temporary files");
    let server = ThrowawayMariadb::start(&home.path().join("mariadb"));
    (server.expect("mariadbd is installed and starts"), home)
}
