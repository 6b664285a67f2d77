//! Errors of tasks.

use std::time::Duration;

use hip_domain::event::DecodeError;
use thiserror::Error;

use crate::log::codec::OpenError;
use crate::log::dispatch::DispatchError;
use crate::port::log::LogError;
use crate::port::patient_directory::DirectoryError;
use crate::port::vault::VaultError;

/// Why a task was not completed.
#[derive(Debug, Error)]
pub enum TaskError {
    /// Temporary: retry later. The reason contains no personal data.
    #[error("not now: {reason}")]
    Later {
        /// Earliest time of the retry; `None` if the outbox decides.
        after: Option<Duration>,
        /// The reason, for operators.
        reason: String,
    },
    /// Permanent: the task becomes a dead letter. The reason contains no personal data.
    #[error("given up: {reason}")]
    Never {
        /// The reason, for operators.
        reason: String,
    },
    /// The task needs a newer program version, because it read something unknown. Not counted as an attempt. The
    /// reason contains no personal data.
    #[error("for a newer version: {reason}")]
    Newer {
        /// What is unknown.
        reason: String,
    },
    /// The host has no free slot for a push. Not counted as an attempt.
    #[error("enough pages are on their way to the HIU")]
    HostBusy {
        /// Host and port of the HIU.
        host: String,
    },
}

impl TaskError {
    /// Whether a retry cannot succeed.
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
