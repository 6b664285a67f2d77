//! Performs a task, and what follows from it, in one append.
//!
//! All effects are drafted and stored together with the end of the task. If that is not possible, because another
//! process was faster or something failed, the draft is dropped and the task is performed alone, effect by effect:
//! append keys make the repetition harmless.

use std::sync::Arc;

use hip_domain::outbound::Call;

use super::handlers::call::{self as calls, ReadyCall, SentCall};
use super::handlers::perform as perform_alone;
use super::turns::{Turns, transfer};
use super::{Due, Task, TaskError};
use crate::port::Draft;
use crate::port::draft::TaskLease;
use crate::ports::Ports;

/// Where the end of a task is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is stored with the effects.
    Stored,
    /// It is still to be stored.
    Open,
}

/// A task to perform.
pub struct Work<'a> {
    /// The task.
    pub due: &'a Due,
    /// Its lease.
    pub lease: TaskLease,
    /// A call that is composed already.
    pub ready: Option<ReadyCall>,
    /// The turns of this process.
    pub turns: &'a dyn Turns,
}

/// Performs a task. `draft` is new.
///
/// # Errors
///
/// As [`perform`](super::handlers::perform).
pub async fn perform(
    ports: &Ports,
    work: Work<'_>,
    draft: Arc<dyn Draft>,
) -> Result<Ending, TaskError> {
    let Work { due, lease, ready, turns } = work;
    let sent = if let Task::Call { request_id, call } = &due.task {
        let ready = match ready {
            Some(ready) if ready.is_fresh(ports.clock.now()) => Some(ready),
            Some(waited) => calls::renew(ports, due, *request_id, call, waited).await?,
            None => calls::prepare(ports, due, *request_id, call).await?,
        };
        let Some(ready) = ready else { return Ok(Ending::Open) };
        let Some(sent) = calls::send(ports, due, *request_id, call, ready).await? else {
            return Ok(Ending::Open);
        };
        Some(sent)
    } else {
        None
    };
    let _turn = match transfer(&due.task) {
        Some(transaction) => Some(turns.of(transaction).await),
        None => None,
    };
    if sent.is_some() || may_be_drafted(&due.task) {
        let drafted = Ports {
            dispatcher: ports.dispatcher.drafted(Arc::clone(&draft) as _),
            log: Arc::clone(&draft) as _,
            drafted_offers: Some(Arc::default()),
            ..ports.clone()
        };
        if effects(&drafted, due, sent.as_ref()).await.is_ok() {
            if draft.is_empty() {
                return Ok(Ending::Open);
            }
            follow(&drafted, &draft).await;
            if draft.store(&lease).await? {
                drafted.dispatcher.keep_drafted();
                return Ok(Ending::Stored);
            }
        }
    }
    effects(ports, due, sent.as_ref()).await?;
    Ok(Ending::Open)
}

async fn effects(ports: &Ports, due: &Due, sent: Option<&SentCall>) -> Result<(), TaskError> {
    match (&due.task, sent) {
        (Task::Call { request_id, call }, Some(sent)) => {
            calls::settle(ports, due, *request_id, call, sent).await
        }
        _ => perform_alone(ports, due).await,
    }
}

/// Performs the tasks that follow from the draft and need nothing from outside. What fails is left to a worker.
async fn follow(ports: &Ports, draft: &Arc<dyn Draft>) {
    while let Some((task, due)) = draft.next_task() {
        let is_done = if let Task::Call { request_id, call } = &due.task {
            if !may_be_composed(call) {
                continue;
            }
            match calls::prepare(ports, &due, *request_id, call).await {
                Ok(Some(ready)) => {
                    draft.compose(task, ready);
                    continue;
                }
                Ok(None) | Err(_) => false,
            }
        } else if may_follow(&due.task) {
            perform_alone(ports, &due).await.is_ok()
        } else {
            continue;
        };
        if is_done {
            draft.end(task);
        } else {
            draft.undo(task);
            ports.dispatcher.undo_drafted();
        }
    }
}

/// Whether all effects of a task may be stored at its end. Not those that must be durable before something outside
/// happens.
const fn may_be_drafted(task: &Task) -> bool {
    match task {
        Task::Interpret { .. }
        | Task::RegisterCareContext { .. }
        | Task::NeedLinkToken { .. }
        | Task::RequestLink { .. }
        | Task::RejectLinkToken { .. }
        | Task::RejectLink { .. }
        | Task::RetryLink { .. }
        | Task::FailLink { .. }
        | Task::OfferBySms { .. }
        | Task::MarkUserLinked { .. }
        | Task::LinkByPatient { .. }
        | Task::CloseRefused { .. }
        | Task::MarkVisitLinked { .. }
        | Task::FindPatient { .. }
        | Task::PrepareTransfer { .. }
        | Task::EncryptPage { .. }
        | Task::MarkPushed { .. }
        | Task::StopTransfer { .. } => true,
        Task::BuildDocuments { .. }
        | Task::SendOtp { .. }
        | Task::ResumePushes { .. }
        | Task::Erase { .. }
        | Task::FinishErasure { .. }
        | Task::Call { .. } => false,
    }
}

/// Whether a task may be performed in the draft from which it follows: it takes little time.
const fn may_follow(task: &Task) -> bool {
    may_be_drafted(task) && !matches!(task, Task::PrepareTransfer { .. } | Task::EncryptPage { .. })
}

/// Whether a call may be composed, and its attempt recorded, in the draft from which it follows. The acknowledgement of
/// a consent looks for pages on their way, so what it acknowledges must be stored before; a page takes a place at its
/// host; and news to the gateway may have to wait.
const fn may_be_composed(call: &Call) -> bool {
    match call {
        Call::GenerateToken { .. }
        | Call::LinkCareContext { .. }
        | Call::OnDiscover { .. }
        | Call::OnInit { .. }
        | Call::OnConfirm { .. }
        | Call::OnShare { .. }
        | Call::OnRequest { .. }
        | Call::ConsentOnNotify { error: Some(_), .. } => true,
        Call::ConsentOnNotify { error: None, .. }
        | Call::ContextNotify { .. }
        | Call::SmsNotify { .. }
        | Call::PushPage { .. }
        | Call::NotifyTransfer { .. } => false,
    }
}
