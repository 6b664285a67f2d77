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
    /// The tables.
    #[error("the database")]
    Database(#[from] sqlx::Error),
    /// The document store.
    #[error("{0}")]
    Documents(#[source] DocumentError),
    /// The cache of link tokens.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The store was emptied since it was looked at: it has to be filled again from where it is.
    #[error("the store has lost what it was given")]
    Lost,
    /// It took too long; with fewer events it may go.
    #[error("the page took too long")]
    Late,
    /// A bug. The service's log says where.
    #[error("the reader panicked")]
    Panicked,
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Something that it follows from could not be read.
    #[error(transparent)]
    Source(#[from] TaskError),
    /// A confidential part could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Why a step was not taken.
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
    #[error("more events cannot be applied than are put aside: the cause is not in them")]
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
    /// Whether trying again cannot help: the events and the store do not fit each other. A store that
    /// is away comes back.
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

    /// Whether it is a matter of one event and what it says, and others may well be applied.
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
    /// Whether trying again cannot help.
    pub(super) fn is_poison(&self) -> bool {
        match self {
            Self::Decode(_) | Self::TooManyParked | Self::Log(LogError::Damaged { .. }) => true,
            Self::Apply(error) => error.is_poison(),
            Self::Fenced | Self::BeyondTheLog { .. } | Self::Log(_) => false,
        }
    }

    /// Whether it is a matter of one event, and others may well be applied.
    pub(super) fn is_of_an_event(&self) -> bool {
        match self {
            Self::Decode(_) => true,
            Self::Apply(error) => error.is_of_an_event(),
            Self::Fenced | Self::BeyondTheLog { .. } | Self::TooManyParked | Self::Log(_) => false,
        }
    }

    /// Whether the same may go well in a moment: the log or a store is busy or away.
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

    /// Whether the connection is lost, or the server may be another one: then the database may not be as it
    /// was, and what is known of it is read anew.
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

    /// Whether a lock was not had in time, or two waited for each other: the transaction is undone, and the
    /// same may go well in a moment.
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

    /// The error in words that quote no row.
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

/// Whether its SQLSTATE is one of these, or of one of these classes.
fn has_class(error: &sqlx::Error, classes: &[&str]) -> bool {
    code(error).is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
}

fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.map(std::borrow::Cow::into_owned)
}
