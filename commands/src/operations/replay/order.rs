//! Orders are given, held and ended.

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

/// Why a wish about an order was not followed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The items.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The order.
    #[error(transparent)]
    Order(#[from] DispatchError<ReplayError>),
    /// The switch.
    #[error(transparent)]
    Switch(#[from] DispatchError<ReplaySwitchError>),
}

/// Gives an order; returns how many items it has. Nothing is done before the order is in the log.
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

/// What may be wished of an order that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Begin no further item for now.
    Pause,
    /// Go on.
    Resume,
    /// Begin no further item, ever.
    Cancel,
}

/// Holds an order, lets it go on, or ends it. In force when this returns: whoever looks at the log
/// after it begins no further item. `wish` is the id of this wish.
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

/// Every item was looked at.
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

/// Turns the switch for all orders. `wish` is the id of this wish.
pub async fn switch(
    dispatcher: &Dispatcher,
    command: ReplaySwitchCommand,
    wish: Uuid,
) -> Result<(), OrderError> {
    let (stream, key) = (StreamId::replay_switch(), format!("replays:{wish}"));
    dispatcher.execute::<ReplaySwitch>(&stream, command, &key, &origin(wish)).await?;
    Ok(())
}

/// How the switch stands.
pub async fn is_stopped(dispatcher: &Dispatcher) -> Result<bool, OrderError> {
    let switch = dispatcher.load::<ReplaySwitch>(&StreamId::replay_switch()).await?;
    Ok(switch == ReplaySwitch::Stopped)
}

/// How an order stands, as the log has it now. While the switch is off, a running one waits.
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
