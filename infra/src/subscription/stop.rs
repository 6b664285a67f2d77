//! Why a page of events was not applied.

use hip_commands::codec::OpenError;
use hip_commands::port::document_store::DocumentError;
use hip_commands::port::link_token_cache::CacheError;
use hip_commands::port::log::LogError;
use hip_commands::port::vault::VaultError;
use hip_commands::task::TaskError;
use hip_domain::event::DecodeError;
use thiserror::Error;

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
pub(crate) enum Stop {
    #[error("another process has taken over")]
    Fenced,
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("an event cannot be read")]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Apply(ApplyError::Database(error))
    }
}

impl ApplyError {
    /// Whether trying again cannot help: the events and the store do not fit each other. A store that
    /// is away comes back.
    fn is_poison(&self) -> bool {
        match self {
            // SQLSTATE classes: data, integrity, and names that are not there.
            Self::Database(error) => code(error)
                .is_some_and(|code| ["22", "23", "42"].iter().any(|class| code.starts_with(class))),
            Self::Documents(error) => !error.is_transient(),
            Self::Cache(error) => !error.is_transient(),
            Self::Vault(error) => matches!(error, VaultError::Damaged(_)),
            Self::Source(error) => error.is_final(),
            Self::Open(OpenError::Decode(_) | OpenError::Vault(VaultError::Damaged(_))) => true,
            Self::Lost | Self::Open(OpenError::Log(_) | OpenError::Vault(_)) => false,
        }
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

impl Stop {
    /// Whether trying again cannot help.
    pub(super) fn is_poison(&self) -> bool {
        match self {
            Self::Decode(_) | Self::Log(LogError::Damaged { .. }) => true,
            Self::Apply(error) => error.is_poison(),
            Self::Fenced | Self::Log(_) => false,
        }
    }

    /// The error in words that quote no row.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::Apply(ApplyError::Database(error)) => match code(error) {
                Some(code) => format!("database error {code}"),
                None => "the database cannot be reached".to_owned(),
            },
            Self::Apply(error) => error.to_string(),
            Self::Log(error) => error.to_string(),
            Self::Decode(error) => error.to_string(),
            Self::Fenced => self.to_string(),
        }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.map(std::borrow::Cow::into_owned)
}
