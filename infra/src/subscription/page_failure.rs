//! Why a page of events was not applied.

use hip_commands::log::codec::OpenError;
use hip_commands::port::document_store::DocumentError;
use hip_commands::port::link_token_cache::CacheError;
use hip_commands::port::log::LogError;
use hip_commands::port::vault::VaultError;
use hip_commands::tasks::TaskError;
use hip_domain::event::DecodeError;
use thiserror::Error;

use crate::postgres::deadline::is_lost;

/// Why a subscriber did not apply a page.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// The tables failed.
    #[error("the database")]
    Database(#[from] sqlx::Error),
    /// The document store failed.
    #[error("{0}")]
    Documents(#[source] DocumentError),
    /// The cache of link tokens failed.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The store was emptied since the last check: it must be filled again from its position.
    #[error("the store has lost data that was written")]
    Lost,
    /// Time limit exceeded; it may succeed with fewer events.
    #[error("the page took too long")]
    Late,
    /// A bug. The location is in the service's log.
    #[error("the reader panicked")]
    Panicked,
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Data that it depends on could not be read.
    #[error(transparent)]
    Source(#[from] TaskError),
    /// A confidential part could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Why a step failed.
#[derive(Debug, Error)]
pub(crate) enum PageFailure {
    #[error("another process has taken over")]
    Fenced,
    #[error(
        "this reader has come to position {position}, and the log ends at {head}: the log is older than it was"
    )]
    BeyondTheLog { position: i64, head: i64 },
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("more events failed than may be put aside: the cause is not in the events")]
    TooManyParked,
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl From<sqlx::Error> for PageFailure {
    fn from(error: sqlx::Error) -> Self {
        Self::Apply(ApplyError::Database(error))
    }
}

impl ApplyError {
    /// Whether a retry cannot help: the events and the store do not fit each other. An unavailable
    /// store is not poison.
    fn is_poison(&self) -> bool {
        self.is_of_an_event()
            || match self {
                Self::Database(error) => has_class(error, &["42"]), // names that are not there
                Self::Documents(error) => !error.is_transient(),
                Self::Cache(error) => !error.is_transient(),
                Self::Panicked => true,
                Self::Vault(_) | Self::Source(_) | Self::Open(_) | Self::Lost | Self::Late => false,
            }
    }

    /// Whether the content of one event is the cause, so that others may be applied.
    fn is_of_an_event(&self) -> bool {
        match self {
            Self::Database(error) => has_class(error, &["22", "23"]), // data, integrity
            Self::Documents(error) => match error {
                DocumentError::TooLarge { .. }
                | DocumentError::Unstorable { .. }
                | DocumentError::Duplicate(_) => true,
                DocumentError::Unavailable(_)
                | DocumentError::Refused(_)
                | DocumentError::UnknownGeneration { .. }
                | DocumentError::Live { .. }
                | DocumentError::Foreign(_)
                | DocumentError::NotUnderstood(_) => false,
            },
            Self::Vault(error) => matches!(error, VaultError::Damaged(_)),
            Self::Source(error) => error.is_final(),
            Self::Open(OpenError::Decode(_) | OpenError::Vault(VaultError::Damaged(_)))
            | Self::Panicked => true,
            Self::Lost
            | Self::Late
            | Self::Cache(_)
            | Self::Open(OpenError::Log(_) | OpenError::Vault(_) | OpenError::LeftSealed) => false,
        }
    }
}

impl From<LogError> for ApplyError {
    fn from(error: LogError) -> Self {
        Self::Open(error.into())
    }
}

impl From<DecodeError> for ApplyError {
    fn from(error: DecodeError) -> Self {
        Self::Open(error.into())
    }
}

impl From<DocumentError> for ApplyError {
    fn from(error: DocumentError) -> Self {
        if let DocumentError::UnknownGeneration { .. } = error {
            return Self::Lost;
        }
        Self::Documents(error)
    }
}

impl PageFailure {
    /// Whether a retry cannot help.
    pub(super) fn is_poison(&self) -> bool {
        match self {
            Self::Decode(_) | Self::TooManyParked | Self::Log(LogError::Damaged { .. }) => true,
            Self::Apply(error) => error.is_poison(),
            Self::Fenced | Self::BeyondTheLog { .. } | Self::Log(_) => false,
        }
    }

    /// Whether one event is the cause, so that others may be applied.
    pub(super) fn is_of_an_event(&self) -> bool {
        match self {
            Self::Decode(_) => true,
            Self::Apply(error) => error.is_of_an_event(),
            Self::Fenced | Self::BeyondTheLog { .. } | Self::TooManyParked | Self::Log(_) => false,
        }
    }

    /// Whether a retry may succeed soon: the log or a store is busy or unavailable.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Log(LogError::Unavailable(_)) => true,
            Self::Apply(error) => !error.is_poison() && !matches!(error, ApplyError::Lost),
            Self::Fenced
            | Self::BeyondTheLog { .. }
            | Self::Log(_)
            | Self::Decode(_)
            | Self::TooManyParked => false,
        }
    }

    /// Whether the connection is lost, or the server may be another one: then the state of the database
    /// may have changed and is read again.
    pub(super) fn is_of_the_connection(&self) -> bool {
        match self {
            Self::BeyondTheLog { .. } => true,
            Self::Apply(ApplyError::Database(error)) => is_lost(error),
            Self::Log(LogError::Unavailable(error)) => error.downcast_ref().is_some_and(is_lost),
            Self::Apply(_)
            | Self::Log(_)
            | Self::Decode(_)
            | Self::Fenced
            | Self::TooManyParked => false,
        }
    }

    /// Whether it was a lock timeout or a deadlock: the transaction is rolled back, and a
    /// retry may succeed soon.
    pub(crate) fn is_of_a_lock(&self) -> bool {
        match self {
            Self::Apply(ApplyError::Database(error)) => has_class(error, &["55P03", "40P01"]),
            Self::Apply(_)
            | Self::BeyondTheLog { .. }
            | Self::Log(_)
            | Self::Decode(_)
            | Self::Fenced
            | Self::TooManyParked => false,
        }
    }

    /// The error as text that quotes no row.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::Apply(ApplyError::Database(error)) => match code(error) {
                Some(code) if self.is_of_a_lock() => {
                    format!("another session, such as a dump, holds a lock (database error {code})")
                }
                Some(code) => format!("database error {code}"),
                None => "the database cannot be reached".to_owned(),
            },
            Self::Apply(error) => error.to_string(),
            Self::Log(error) => error.to_string(),
            Self::Decode(error) => error.to_string(),
            Self::Fenced | Self::BeyondTheLog { .. } | Self::TooManyParked => self.to_string(),
        }
    }
}

/// Whether its SQLSTATE is in this list of codes and classes.
fn has_class(error: &sqlx::Error, classes: &[&str]) -> bool {
    code(error).is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
}

fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.map(std::borrow::Cow::into_owned)
}
