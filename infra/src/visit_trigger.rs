//! Tables in which a record system announces visits.

mod mysql;
mod postgres;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::VisitTrigger;
use hip_commands::port::visit_trigger::{TriggerRow, VisitTriggerError};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

pub use mysql::MySqlTrigger;
pub use postgres::PgTrigger;

/// Names of the tables in the database; checked, because a name cannot be a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    trigger: String,
    facility: FacilityOf,
}

/// Where the facility of a visit is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FacilityOf {
    /// Only in the document.
    Nowhere,
    /// In the trigger's own row.
    Row,
    /// In this table, by visit code.
    Table(String),
}

/// The trigger table that our migrations create.
pub const OWN_TABLE: &str = "intake.ndhm_trigger_visit_data";

/// Kept low: the record system's database has other work.
const CONNECTION_COUNT_MAX: u32 = 4;

/// Time limit for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a trigger table cannot be used.
#[derive(Debug, Error)]
pub enum TriggerError {
    /// A table name has invalid characters.
    #[error("a table is named with letters, digits, '_' and '$', and its schema before a dot")]
    Name,
    /// The URL is invalid, or of an unsupported database.
    #[error("its database URL must begin with postgres:// or mysql://")]
    Url,
}

impl Tables {
    /// The trigger table, and the table with the facility of a visit.
    pub fn new(trigger: &str, facility: Option<&str>) -> Result<Self, TriggerError> {
        if ![Some(trigger), facility].into_iter().flatten().all(is_table_name) {
            return Err(TriggerError::Name);
        }
        let facility = match facility {
            Some(table) => FacilityOf::Table(table.to_owned()),
            None if trigger == OWN_TABLE => FacilityOf::Row,
            None => FacilityOf::Nowhere,
        };
        Ok(Self { trigger: trigger.to_owned(), facility })
    }

    /// An SQL expression for the facility id, where the trigger's row is `t`. A visit may have several
    /// rows in the other table; one with the facility is enough.
    fn facility(&self) -> String {
        match &self.facility {
            FacilityOf::Nowhere => "NULL".to_owned(),
            FacilityOf::Row => "t.AbdmFacilityID".to_owned(),
            FacilityOf::Table(table) => {
                format!(
                    "(SELECT max(f.AbdmFacilityID) FROM {table} f WHERE f.VisitCode = t.VisitCode)"
                )
            }
        }
    }
}

fn is_table_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$')
            && !word.starts_with(|first: char| first.is_ascii_digit())
    };
    name.split('.').count() <= 2 && name.split('.').all(is_word)
}

/// Opens the trigger table in the database at `url`.
pub fn connect(url: &SecretString, tables: &Tables) -> Result<Arc<dyn VisitTrigger>, TriggerError> {
    let url = url.expose_secret();
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("postgres" | "postgresql") => Ok(Arc::new(PgTrigger::connect(url, tables)?)),
        Some("mysql" | "mariadb") => Ok(Arc::new(MySqlTrigger::connect(url, tables)?)),
        Some(_) | None => Err(TriggerError::Url),
    }
}

fn row((id, visit_code, facility): (i64, String, Option<String>)) -> TriggerRow {
    // An empty text counts as missing.
    let facility = facility.filter(|facility| !facility.trim().is_empty());
    TriggerRow { id, visit_code, facility }
}

/// The part of an error that may be shown.
fn hidden(error: &sqlx::Error) -> VisitTriggerError {
    match error.as_database_error() {
        Some(error) => VisitTriggerError::Refused {
            code: error.code().map_or_else(|| "unknown".to_owned(), Cow::into_owned),
        },
        // A column of an unexpected type is an error of the table, not of the network.
        None if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => {
            VisitTriggerError::Refused { code: "unreadable".to_owned() }
        }
        None => VisitTriggerError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_names() {
        for good in ["ndhm_trigger_visit_data", "db_iemr.ndhm_trg_visitdata", "a$1._b"] {
            assert!(Tables::new(good, None).is_ok(), "{good}");
        }
        for bad in ["", ".", "a.", "a.b.c", "a b", "a;drop", "a`", "1a", "ä", "a\"b"] {
            assert!(Tables::new(bad, None).is_err(), "{bad}");
            assert!(Tables::new("a", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_database_that_we_do_not_speak_to_is_refused() {
        let tables = Tables::new("a", None).unwrap();
        for url in ["oracle://x/y", "nonsense", "postgres://[", "mysql://["] {
            assert!(connect(&SecretString::from(url), &tables).is_err(), "{url}");
        }
    }
}
