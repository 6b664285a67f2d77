//! Calls that are kept waiting, before or after they are processed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::journal::NotSeen;
use crate::run::tick::Tick;
use crate::wire::operation::Operation;

/// A call that a [`Hold`] caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCall {
    /// What was called.
    pub operation: Operation,
    /// Its REQUEST-ID header.
    pub request_id: Option<String>,
    /// Its index in [`Journal::snapshot`](crate::Journal::snapshot).
    pub entry: usize,
}

/// State of a [`Hold`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// Its call has not come yet.
    Waiting,
    /// The call is being held now.
    Holding(HeldCall),
    /// It was released by the test, before or after the call came.
    Released,
    /// The caller disconnected while it was held. A call held before processing is never processed.
    Abandoned(HeldCall),
}

/// A call that will be, or is being held. Dropping this handle changes nothing.
#[derive(Clone, Debug)]
pub struct Hold {
    state: Arc<watch::Sender<HoldState>>,
}

impl Hold {
    pub(super) fn new() -> Self {
        Self { state: Arc::new(watch::Sender::new(HoldState::Waiting)) }
    }

    /// Where it stands now.
    pub fn state(&self) -> HoldState {
        self.state.borrow().clone()
    }

    /// Wait until the call is caught.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] when `limit` has passed.
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

    /// Releases the call; one that has not come yet will not be held.
    pub fn release(&self) {
        self.state.send_if_modified(|state| {
            let held = matches!(state, HoldState::Waiting | HoldState::Holding(_));
            if held {
                *state = HoldState::Released;
            }
            held
        });
    }

    /// Hold the caller here. Returns whether it may go on: false when the simulator is stopping.
    ///
    /// Dropping the future (the connection broke) leaves the state [`HoldState::Abandoned`].
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
