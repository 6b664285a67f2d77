//! Why a task is not done.

use std::time::Duration;

use hip_domain::event::DecodeError;
use thiserror::Error;

use crate::log::codec::OpenError;
use crate::log::dispatch::DispatchError;
use crate::port::log::LogError;
use crate::port::patient_directory::DirectoryError;
use crate::port::vault::VaultError;

/// Why a task is not done.
#[derive(Debug, Error)]
pub enum TaskError {
    /// Not now. It is tried again after a while; the reason holds nothing personal.
    #[error("not now: {reason}")]
    Later {
        /// When to try again, at the earliest; nothing leaves it to the outbox.
        after: Option<Duration>,
        /// Why, for an operator.
        reason: String,
    },
    /// Never. It stays in the outbox as dead, for an operator; the reason holds nothing personal.
    #[error("given up: {reason}")]
    Never {
        /// Why, for an operator.
        reason: String,
    },
    /// Not by this version of the program: it meets something that only a newer one writes. No attempt is
    /// counted; the reason holds nothing personal.
    #[error("for a newer version: {reason}")]
    Newer {
        /// What is not known.
        reason: String,
    },
    /// Not while enough pages are on their way to the same host. No attempt was made.
    #[error("enough pages are on their way to the HIU")]
    HostBusy {
        /// Host and port of the HIU.
        host: String,
    },
}

impl TaskError {
    /// Whether trying again cannot help.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Never { .. } | Self::Newer { .. } => true,
            Self::Later { .. } | Self::HostBusy { .. } => false,
        }
    }

    pub(crate) fn later(reason: impl Into<String>) -> Self {
        Self::Later { after: None, reason: reason.into() }
    }

    pub(crate) fn never(reason: impl Into<String>) -> Self {
        Self::Never { reason: reason.into() }
    }
}

impl From<LogError> for TaskError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Unavailable(_) | LogError::Conflict { .. } => Self::later(error.to_string()),
            LogError::KeyReused
            | LogError::SubjectErased
            | LogError::NoKey { .. }
            | LogError::Damaged { .. } => Self::never(error.to_string()),
        }
    }
}

impl From<VaultError> for TaskError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unavailable(_) | VaultError::OtherKek(_) => Self::later(error.to_string()),
            VaultError::Damaged(_) => Self::never(error.to_string()),
        }
    }
}

impl From<DirectoryError> for TaskError {
    fn from(error: DirectoryError) -> Self {
        Self::later(error.to_string())
    }
}

impl From<DecodeError> for TaskError {
    fn from(error: DecodeError) -> Self {
        let reason = error.to_string();
        match error {
            DecodeError::Unknown { .. } => Self::Newer { reason },
            DecodeError::Shape { .. } => Self::Never { reason },
        }
    }
}

impl From<OpenError> for TaskError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Decode(error) => error.into(),
            OpenError::Log(error) => error.into(),
            OpenError::Vault(error) => error.into(),
            OpenError::LeftSealed => Self::never(error.to_string()),
        }
    }
}

impl<E: std::error::Error> From<DispatchError<E>> for TaskError {
    fn from(error: DispatchError<E>) -> Self {
        match error {
            DispatchError::Conflict => Self::later(error.to_string()),
            DispatchError::Log(error) => error.into(),
            DispatchError::Undecodable(source) => match source.downcast::<DecodeError>() {
                Ok(error) => (*error).into(),
                Err(_) => Self::never("the stream cannot be read"),
            },
            DispatchError::Refused(_) => Self::never(error.to_string()),
        }
    }
}
