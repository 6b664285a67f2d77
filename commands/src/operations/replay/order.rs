//! Creates, pauses, resumes, cancels and completes replay orders.

use hip_domain::id::{ClientName, ReplayId};
use hip_domain::replay::{Ordered, Replay, ReplayCommand, ReplayError, Selection, Tally};
use hip_domain::replay_switch::{ReplaySwitch, ReplaySwitchCommand, ReplaySwitchError};
use hip_domain::stream::StreamId;
use thiserror::Error;
use uuid::Uuid;

use crate::log::dispatch::{DispatchError, Dispatcher};
use crate::port::ReplayQueue;
use crate::port::log::{Actor, Origin};
use crate::port::replay_queue::QueueError;

/// Why a command on an order failed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The replay queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The command on the order failed.
    #[error(transparent)]
    Order(#[from] DispatchError<ReplayError>),
    /// The command on the replay switch failed.
    #[error(transparent)]
    Switch(#[from] DispatchError<ReplaySwitchError>),
}

/// Creates an order and returns its number of items. No item runs before the order is in the log.
pub async fn give(
    dispatcher: &Dispatcher,
    queue: &dyn ReplayQueue,
    order: Ordered,
    selection: Selection,
    rate_per_s: Option<u32>,
) -> Result<u32, OrderError> {
    let item_count = queue.enqueue(&order, &selection, rate_per_s).await?;
    let (replay, selection) = (order.replay, Box::new(selection));
    let command = ReplayCommand::Order { order, selection, item_count, rate_per_s };
    tell(dispatcher, replay, command, replay.0).await?;
    Ok(item_count)
}

/// A change to an existing order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Start no further item for now.
    Pause,
    /// Continue.
    Resume,
    /// Start no further item, permanently.
    Cancel,
}

/// Pauses, resumes or cancels an order. It takes effect before this returns: no further item is started by a worker
/// that reads the log afterwards. `wish` is the idempotency id of this change.
pub async fn change(
    dispatcher: &Dispatcher,
    queue: &dyn ReplayQueue,
    replay: ReplayId,
    (what, by): (Wish, ClientName),
    wish: Uuid,
) -> Result<(), OrderError> {
    let (command, state) = match what {
        Wish::Pause => (ReplayCommand::Pause { by }, Replay::Paused),
        Wish::Resume => (ReplayCommand::Resume { by }, Replay::Running),
        Wish::Cancel => (ReplayCommand::Cancel { by }, Replay::Cancelled),
    };
    tell(dispatcher, replay, command, wish).await?;
    Ok(queue.note(replay, state).await?)
}

/// Completes an order after all items were processed.
pub async fn complete(
    dispatcher: &Dispatcher,
    queue: &dyn ReplayQueue,
    replay: ReplayId,
    tally: Tally,
) -> Result<(), OrderError> {
    let wish = Uuid::new_v5(&replay.0, b"complete");
    tell(dispatcher, replay, ReplayCommand::Complete { tally }, wish).await?;
    let state = dispatcher.load::<Replay>(&StreamId::replay(replay)).await?;
    Ok(queue.note(replay, state).await?)
}

async fn tell(
    dispatcher: &Dispatcher,
    replay: ReplayId,
    command: ReplayCommand,
    wish: Uuid,
) -> Result<(), DispatchError<ReplayError>> {
    let (stream, key) = (StreamId::replay(replay), format!("replay:{replay}:{wish}"));
    dispatcher.execute::<Replay>(&stream, command, &key, &origin(replay.0)).await?;
    Ok(())
}

/// Changes the switch for all orders. `wish` is the idempotency id of this change.
pub async fn switch(
    dispatcher: &Dispatcher,
    command: ReplaySwitchCommand,
    wish: Uuid,
) -> Result<(), OrderError> {
    let (stream, key) = (StreamId::replay_switch(), format!("replays:{wish}"));
    dispatcher.execute::<ReplaySwitch>(&stream, command, &key, &origin(wish)).await?;
    Ok(())
}

/// Whether all replays are stopped.
pub async fn is_stopped(dispatcher: &Dispatcher) -> Result<bool, OrderError> {
    let switch = dispatcher.load::<ReplaySwitch>(&StreamId::replay_switch()).await?;
    Ok(switch == ReplaySwitch::Stopped)
}

/// The current state of an order, from the log. A running order counts as paused while all replays are stopped.
pub async fn standing(dispatcher: &Dispatcher, replay: ReplayId) -> Result<Replay, OrderError> {
    let state = dispatcher.load::<Replay>(&StreamId::replay(replay)).await?;
    if state == Replay::Running && is_stopped(dispatcher).await? {
        return Ok(Replay::Paused);
    }
    Ok(state)
}

fn origin(correlation: Uuid) -> Origin {
    Origin { correlation, causation: None, actor: Actor::Door, subject: None, new_subject: false }
}
