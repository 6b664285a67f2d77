//! The state that all parts of the simulator share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::faults::Faults;
use crate::gateway::keys::Keys;
use crate::journal::Journal;
use crate::run::clock;
use crate::run::credentials::Credentials;
use crate::run::draw::Draw;
use crate::run::options::SandboxOptions;
use crate::run::tick::Tick;
use crate::state::State;
use crate::wire::bearer::GatewayBearer;
use crate::wire::operation::Operation;
use crate::wire::violation::Violation;

pub(crate) struct World {
    pub(crate) options: SandboxOptions,
    pub(crate) credentials: Credentials,
    pub(crate) keys: Arc<Keys>,
    pub(crate) draw: Draw,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) tick: Arc<Tick>,
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) http: reqwest::Client,
    pub(crate) gateway_bearer: GatewayBearer,
    pub(crate) gateway_address: SocketAddr,
    pub(crate) hiu_address: SocketAddr,
    pub(crate) sms_address: SocketAddr,
    pub(crate) state: Mutex<State>,
}

impl World {
    /// Reads the state under its lock.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock())
    }

    /// Changes the state under its lock, and wakes all waiting tasks.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let outcome = change(&mut self.state.lock());
        self.tick.bump();
        outcome
    }

    /// Waits until `probe` returns a value; `None` if `limit` has passed.
    pub(crate) async fn wait<T>(
        &self,
        limit: Duration,
        mut probe: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        self.tick.until(limit, || self.look(&mut probe)).await
    }

    pub(crate) fn record_violations(
        &self,
        operation: Option<Operation>,
        request_id: Option<&str>,
        rules: &[String],
    ) {
        if rules.is_empty() {
            return;
        }
        let at = clock::now();
        self.change(|state| {
            state.violations.extend(rules.iter().map(|rule| Violation {
                at,
                operation,
                request_id: request_id.map(str::to_owned),
                rule: rule.clone(),
            }));
        });
    }
}
