//! Holds: calls that the simulator delays before or after it processes them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::journal::NotSeen;
use crate::run::tick::Tick;
use crate::wire::operation::Operation;

/// A call that a [`Hold`] delays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCall {
    /// The operation of the call.
    pub operation: Operation,
    /// Its REQUEST-ID; in v0.5 the `requestId` of the body.
    pub request_id: Option<String>,
    /// Its index in [`Journal::snapshot`](crate::Journal::snapshot).
    pub entry: usize,
}

/// State of a [`Hold`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// The call has not arrived yet.
    Waiting,
    /// The call is being held.
    Holding(HeldCall),
    /// The test released it, before or after the call arrived.
    Released,
    /// The caller disconnected while it was held. A call held before processing is never processed.
    Abandoned(HeldCall),
}

/// Handle of a call that is held, or will be held when it arrives. Dropping the handle changes nothing.
#[derive(Clone, Debug)]
pub struct Hold {
    state: Arc<watch::Sender<HoldState>>,
}

impl Hold {
    pub(super) fn new() -> Self {
        Self { state: Arc::new(watch::Sender::new(HoldState::Waiting)) }
    }

    /// The current state.
    pub fn state(&self) -> HoldState {
        self.state.borrow().clone()
    }

    /// Waits until the call arrives and is held.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] if `limit` has passed, or if the hold was released before.
    pub async fn caught(&self, limit: Duration) -> Result<HeldCall, NotSeen> {
        let mut changes = self.state.subscribe();
        let caught = changes.wait_for(|state| *state != HoldState::Waiting);
        let state = match tokio::time::timeout(limit, caught).await {
            Ok(Ok(state)) => state.clone(),
            Ok(Err(_)) | Err(_) => return Err(NotSeen { waited: limit }),
        };
        match state {
            HoldState::Holding(call) | HoldState::Abandoned(call) => Ok(call),
            HoldState::Waiting | HoldState::Released => Err(NotSeen { waited: limit }),
        }
    }

    /// Releases the call. If it has not arrived yet, it will not be held.
    pub fn release(&self) {
        self.state.send_if_modified(|state| {
            let held = matches!(state, HoldState::Waiting | HoldState::Holding(_));
            if held {
                *state = HoldState::Released;
            }
            held
        });
    }

    /// Holds the call until it is released. Returns false if the simulator is stopping.
    ///
    /// If the future is dropped because the connection broke, the state becomes [`HoldState::Abandoned`].
    pub(crate) async fn hold(
        &self,
        call: HeldCall,
        tick: &Tick,
        mut stopping: watch::Receiver<bool>,
    ) -> bool {
        let entered = self.state.send_if_modified(|state| {
            let waiting = *state == HoldState::Waiting;
            if waiting {
                *state = HoldState::Holding(call);
            }
            waiting
        });
        if !entered {
            return true;
        }
        tick.bump();
        let _on_drop = AbandonOnDrop(self);
        let mut changes = self.state.subscribe();
        tokio::select! {
            _ = changes.wait_for(|state| *state == HoldState::Released) => true,
            _ = stopping.wait_for(|stopping| *stopping) => false,
        }
    }
}

struct AbandonOnDrop<'a>(&'a Hold);

impl Drop for AbandonOnDrop<'_> {
    fn drop(&mut self) {
        self.0.state.send_if_modified(|state| {
            if let HoldState::Holding(call) = state {
                *state = HoldState::Abandoned(call.clone());
                return true;
            }
            false
        });
    }
}
