//! Tasks, done. One file each.

mod build_documents;
mod call;
mod encrypt_page;
mod find_patient;
mod interpret;
mod link;
mod person;
mod prepare_transfer;
mod transfer;

use std::time::Duration;

use hip_domain::event::DecodeError;
use thiserror::Error;

use crate::codec::OpenError;
use crate::dispatch::DispatchError;
use crate::port::log::LogError;
use crate::port::patient_directory::DirectoryError;
use crate::port::vault::VaultError;
use crate::provider::Provider;
use crate::task::{Due, Task};

pub(crate) use encrypt_page::hiu_material;

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
}

impl TaskError {
    fn later(reason: impl Into<String>) -> Self {
        Self::Later { after: None, reason: reason.into() }
    }

    fn never(reason: impl Into<String>) -> Self {
        Self::Never { reason: reason.into() }
    }
}

/// Does a task. Done twice, it has one effect.
pub async fn perform(provider: &Provider, due: &Due) -> Result<(), TaskError> {
    match &due.task {
        Task::Interpret { inbound } => interpret::perform(provider, due, inbound).await,
        Task::BuildDocuments { visit } => build_documents::perform(provider, due, visit).await,
        Task::RegisterCareContext { care_context, facts, hi_types, link_with } => {
            link::register(provider, due, care_context, facts, hi_types, link_with.as_ref()).await
        }
        Task::NeedLinkToken { link_token, care_context, facility, subject, request_id } => {
            let need = link::Need { care_context, facility, subject: *subject };
            link::need_token(provider, due, link_token, &need, *request_id).await
        }
        Task::RequestLink { care_context, link_token, request_id } => {
            link::request(provider, due, care_context, link_token, *request_id).await
        }
        Task::MarkVisitLinked { visit, care_context, hi_types } => {
            link::mark_visit(provider, due, visit, care_context, hi_types).await
        }
        Task::FindPatient { discovery } => find_patient::perform(provider, due, discovery).await,
        Task::PrepareTransfer { transaction } => {
            prepare_transfer::perform(provider, due, transaction).await
        }
        Task::EncryptPage { transaction, page } => {
            encrypt_page::perform(provider, due, transaction, *page).await
        }
        Task::MarkPushed { transaction, page, status } => {
            transfer::mark_pushed(provider, due, transaction, *page, *status).await
        }
        Task::StopTransfer { transaction, page, stop } => {
            transfer::stop(provider, due, transaction, *page, stop).await
        }
        Task::Call { request_id, call } => call::perform(provider, due, *request_id, call).await,
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
        Self::never(error.to_string())
    }
}

impl From<OpenError> for TaskError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Decode(error) => error.into(),
            OpenError::Log(error) => error.into(),
            OpenError::Vault(error) => error.into(),
        }
    }
}

impl<E: std::error::Error> From<DispatchError<E>> for TaskError {
    fn from(error: DispatchError<E>) -> Self {
        match error {
            DispatchError::Conflict => Self::later(error.to_string()),
            DispatchError::Log(error) => error.into(),
            DispatchError::Refused(_) | DispatchError::Undecodable(_) => {
                Self::never(error.to_string())
            }
        }
    }
}
