//! One contract for every database in which a record system may keep its trigger table.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::VisitTrigger;
use hip_commands::port::visit_trigger::{TriggerRow, VisitTriggerError};
use hip_infra::visit_trigger::{OWN_TABLE, PgTrigger, Tables, connect};
use hip_tests::TestDatabase;
use hip_tests::servers::mysql_url;
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection};

const TABLE: &str = "ndhm_trg_visitdata";

const DAY: Duration = Duration::from_secs(86_400);

/// A database of a record system.
enum Database {
    Postgres(TestDatabase),
    /// By its URL.
    Mariadb(String),
}

impl Database {
    fn url(&self) -> SecretString {
        SecretString::from(match self {
            Self::Postgres(database) => database.url.clone(),
            Self::Mariadb(url) => url.clone(),
        })
    }

    fn trigger(&self, facility_table: Option<&str>) -> Arc<dyn VisitTrigger> {
        connect(&self.url(), &Tables::new(TABLE, facility_table).unwrap()).unwrap()
    }

    async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Postgres(database) => {
                let mut connection = PgConnection::connect(&database.url).await.unwrap();
                connection.execute(sql).await.unwrap();
            }
            Self::Mariadb(url) => {
                let mut connection = MySqlConnection::connect(url).await.unwrap();
                // The zone in which a record system writes is not the one in which we think.
                connection.execute("SET time_zone = SYSTEM").await.unwrap();
                connection.execute(sql).await.unwrap();
            }
        }
    }

    /// AMRIT's columns, in the types that each database has for them.
    async fn with_tables(self) -> Self {
        let (date, flag) = match self {
            Self::Postgres(_) => ("timestamp", "boolean"),
            Self::Mariadb(_) => ("datetime", "bit(1)"),
        };
        self.execute(&format!(
            "CREATE TABLE {TABLE} (id bigint PRIMARY KEY, BeneficiaryRegID bigint, beneficiary_id bigint, \
               visit_reason varchar(100), visit_category varchar(100), VisitCode bigint, visitdate {date}, \
               created_date {date}, Processed_Flag {flag})"
        ))
        .await;
        self.execute(
            "CREATE TABLE t_benvisitdetail (VisitCode bigint, AbdmFacilityID varchar(64))",
        )
        .await;
        self
    }

    async fn insert(&self, rows: &str) {
        let sql =
            format!("INSERT INTO {TABLE} (id, VisitCode, visitdate, Processed_Flag) VALUES {rows}");
        self.execute(&sql).await;
    }
}

fn row(id: i64, code: &str) -> TriggerRow {
    TriggerRow { id, visit_code: code.to_owned(), facility: None }
}

async fn ids(trigger: &dyn VisitTrigger, lookback: Option<Duration>) -> Vec<i64> {
    let rows = trigger.unprocessed(i64::MIN, 100, lookback).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

/// What is to be fetched comes by id, in pages, until it is marked.
async fn pages(database: Database) {
    let database = database.with_tables().await;
    let trigger = database.trigger(None);
    assert_eq!(trigger.unprocessed(i64::MIN, 100, None).await.unwrap(), []);
    database
        .insert(
            "(3, 303, CURRENT_TIMESTAMP, NULL), (1, 30000000000104729, CURRENT_TIMESTAMP, false), \
             (2, 302, CURRENT_TIMESTAMP, true), (4, 304, NULL, NULL)",
        )
        .await;
    let first = trigger.unprocessed(i64::MIN, 2, None).await.unwrap();
    assert_eq!(first, [row(1, "30000000000104729"), row(3, "303")]);
    assert_eq!(trigger.unprocessed(3, 2, None).await.unwrap(), [row(4, "304")]);
    for id in [3, 3, 99] {
        trigger.mark_processed(id).await.unwrap();
    }
    assert_eq!(ids(trigger.as_ref(), None).await, [1, 4]);
}

/// How far back is looked is the caller's, and a visit without a date is of today.
async fn ages(database: Database) {
    let database = database.with_tables().await;
    let trigger = database.trigger(None);
    database
        .insert(
            "(1, 301, CURRENT_TIMESTAMP - INTERVAL '50' HOUR, NULL), \
             (2, 302, CURRENT_TIMESTAMP - INTERVAL '46' HOUR, NULL), (3, 303, NULL, NULL)",
        )
        .await;
    assert_eq!(ids(trigger.as_ref(), Some(2 * DAY)).await, [2, 3]);
    assert_eq!(ids(trigger.as_ref(), Some(3 * DAY)).await, [1, 2, 3]);
    assert_eq!(ids(trigger.as_ref(), None).await, [1, 2, 3]);
}

/// The facility of a visit is in a table beside.
async fn facilities(database: Database) {
    let database = database.with_tables().await;
    database.insert("(1, 301, NULL, NULL), (2, 302, NULL, NULL), (3, 303, NULL, NULL)").await;
    database
        .execute(
            "INSERT INTO t_benvisitdetail VALUES (301, NULL), (301, 'IN0610099001'), (302, ' ')",
        )
        .await;
    let trigger = database.trigger(Some("t_benvisitdetail"));
    let rows = trigger.unprocessed(i64::MIN, 100, None).await.unwrap();
    let known = TriggerRow { facility: Some("IN0610099001".to_owned()), ..row(1, "301") };
    assert_eq!(rows, [known, row(2, "302"), row(3, "303")]);
}

/// What is wrong with the table is told by its code, and the database's words are not repeated.
async fn mistakes(database: Database) {
    let trigger = database.trigger(None);
    let error = trigger.unprocessed(i64::MIN, 1, None).await.unwrap_err();
    assert!(matches!(&error, VisitTriggerError::Refused { .. }), "{error}");
    assert!(!error.to_string().contains(TABLE), "{error}");
    let marked = trigger.mark_processed(1).await;
    assert!(matches!(marked, Err(VisitTriggerError::Refused { .. })));
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    let create = async || Database::Postgres(TestDatabase::create().await);
    pages(create().await).await;
    ages(create().await).await;
    facilities(create().await).await;
    mistakes(create().await).await;
}

#[tokio::test]
async fn mariadb_keeps_the_contract() {
    let create = async || mysql_url().await.map(Database::Mariadb);
    let Some(database) = create().await else { return };
    pages(database).await;
    ages(create().await.unwrap()).await;
    facilities(create().await.unwrap()).await;
    mistakes(create().await.unwrap()).await;
}

#[tokio::test]
async fn a_database_that_is_away_is_unreachable() {
    for url in ["mysql://root@127.0.0.1:1/x", "postgres://hip@127.0.0.1:1/x"] {
        let tables = Tables::new(TABLE, None).unwrap();
        let trigger = connect(&SecretString::from(url), &tables).unwrap();
        let error = trigger.unprocessed(0, 1, None).await.unwrap_err();
        assert_eq!(error, VisitTriggerError::Unreachable);
    }
}

#[tokio::test]
async fn in_our_own_database_the_service_sees_visits_and_not_whose() {
    let database = TestDatabase::create().await;
    let mut owner = database.as_owner().await;
    owner
        .execute(
            "INSERT INTO intake.ndhm_trigger_visit_data (beneficiary_id, VisitCode, AbdmFacilityID) \
             VALUES (88001234, 301, 'IN0610099001'), (88001234, 302, NULL)",
        )
        .await
        .unwrap();
    let pool = database.as_service(1).await;
    let trigger = PgTrigger::new(pool.clone(), &Tables::new(OWN_TABLE, None).unwrap());
    let rows = trigger.unprocessed(i64::MIN, 10, Some(DAY)).await.unwrap();
    let known = TriggerRow { facility: Some("IN0610099001".to_owned()), ..row(1, "301") };
    assert_eq!(rows, [known, row(2, "302")]);
    trigger.mark_processed(1).await.unwrap();
    assert_eq!(ids(&trigger, None).await, [2]);
    for forbidden in [
        "SELECT beneficiary_id FROM intake.ndhm_trigger_visit_data",
        "UPDATE intake.ndhm_trigger_visit_data SET VisitCode = 1",
        "DELETE FROM intake.ndhm_trigger_visit_data",
    ] {
        assert!(pool.execute(forbidden).await.is_err(), "{forbidden}");
    }
}
