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

use crate::provider::Provider;
use crate::task::{Due, Task, TaskError};

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
