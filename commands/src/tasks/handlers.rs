//! Runs tasks. One file for each kind.

pub mod build_documents;
pub(crate) mod call;
mod encrypt_page;
mod erase;
mod find_patient;
pub(crate) mod interpret;
mod link;
mod prepare_transfer;
mod transfer;
mod user_link;

pub use call::ReadyCall;

use hip_domain::care_context::CareContextCommand;

use crate::linking::link_refusal;
use crate::operations::abdm_error::Context;
use crate::ports::Ports;
use crate::sharing::hiu_trust;
use crate::tasks::{Due, Task, TaskError};

/// Runs a task. Idempotent.
pub async fn perform(ports: &Ports, due: &Due) -> Result<(), TaskError> {
    match &due.task {
        Task::Interpret { inbound } => interpret::perform(ports, due, inbound).await,
        Task::BuildDocuments { visit } => build_documents::perform(ports, due, visit).await,
        Task::RegisterCareContext { care_context, facts, hi_types, link_with, revision } => {
            let command = CareContextCommand::Register {
                facts: facts.clone(),
                hi_types: hi_types.clone(),
                link_with: link_with.clone(),
                revision: *revision,
            };
            link::tell(ports, due, care_context, command).await
        }
        Task::NeedLinkToken { link_token, care_context, facility, subject, request_id } => {
            let need = link::Need { care_context, facility, subject: *subject };
            link::need_token(ports, due, link_token, &need, *request_id).await
        }
        Task::RequestLink { care_context, link_token, request_id, issued_by } => {
            let command = CareContextCommand::RequestLink {
                request_id: *request_id,
                link_token: link_token.clone(),
                issued_by: *issued_by,
            };
            link::tell(ports, due, care_context, command).await
        }
        Task::RejectLinkToken { link_token, request_id, code, counted } => {
            link::reject_token(ports, due, link_token, *request_id, code, *counted).await
        }
        Task::RejectLink { care_context, request_id, code } => {
            let (answer, now) = (code.clone().into(), ports.clock.now());
            let command = link_refusal::command(*request_id, answer, Context::LinkCareContext, now);
            link::tell(ports, due, care_context, command).await
        }
        Task::RetryLink { care_context, link_token, drop, request_id } => {
            let retry = link::Retry { care_context, link_token, drop: *drop };
            link::retry(ports, due, &retry, *request_id).await
        }
        Task::FailLink { care_context, code } => {
            let command = CareContextCommand::FailLink { code: code.clone() };
            link::tell(ports, due, care_context, command).await
        }
        Task::OfferBySms { care_context, request_id } => {
            link::offer_by_sms(ports, due, care_context, *request_id).await
        }
        Task::LinkByPatient { care_context, request_id, hi_types } => {
            let command = CareContextCommand::LinkByPatient {
                request_id: *request_id,
                hi_types: hi_types.clone(),
            };
            link::tell(ports, due, care_context, command).await
        }
        Task::SendOtp { link } => user_link::send_otp(ports, due, *link).await,
        Task::MarkUserLinked { link } => user_link::mark_linked(ports, due, *link).await,
        Task::CloseRefused { transaction } => {
            transfer::close_refused(ports, due, transaction).await
        }
        Task::MarkVisitLinked { visit, care_context, hi_types } => {
            link::mark_visit(ports, due, visit, care_context, hi_types).await
        }
        Task::FindPatient { discovery } => find_patient::perform(ports, due, discovery).await,
        Task::PrepareTransfer { transaction } => {
            prepare_transfer::perform(ports, due, transaction).await
        }
        Task::EncryptPage { transaction, .. } => {
            encrypt_page::perform(ports, due, transaction).await
        }
        Task::MarkPushed { transaction, page, status } => {
            transfer::mark_pushed(ports, due, transaction, *page, *status).await
        }
        Task::StopTransfer { transaction, page, stop } => {
            transfer::stop(ports, due, transaction, *page, stop).await
        }
        Task::ResumePushes { hiu } => hiu_trust::resume(ports, due, hiu).await,
        Task::Erase { subject } => erase::erase(ports, due, *subject).await,
        Task::FinishErasure { subject } => erase::finish(ports, due, *subject).await,
        Task::Call { request_id, call } => call::perform(ports, due, *request_id, call).await,
    }
}
