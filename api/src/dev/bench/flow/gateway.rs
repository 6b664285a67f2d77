//! The gateway of a run: it notes when each discovery was asked and answered.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hip_sandbox::{Arrival, LoadGateway};
use parking_lot::Mutex;
use uuid::Uuid;

/// End of the path of an answer to a discovery.
const ON_DISCOVER: &str = "/on-discover";

/// A gateway with the discoveries that it has sent.
pub(in crate::dev::bench) struct FlowGateway {
    pub(in crate::dev::bench) gateway: LoadGateway,
    asked: Arc<Asked>,
}

/// Discoveries that were sent, by request id.
#[derive(Default)]
struct Asked(Mutex<Tally>);

#[derive(Default)]
struct Tally {
    open: HashMap<String, Instant>,
    answered: Vec<Answered>,
}

/// A discovery that was answered.
#[derive(Clone, Copy)]
pub(in crate::dev::bench) struct Answered {
    pub(in crate::dev::bench) asked_at: Instant,
    pub(in crate::dev::bench) took: Duration,
    pub(in crate::dev::bench) is_error: bool,
}

impl FlowGateway {
    pub(in crate::dev::bench) async fn start(facility: &str) -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let noted = Arc::clone(&asked);
        let gateway = LoadGateway::start(facility, move |arrival| noted.arrived(&arrival)).await?;
        Ok(Self { gateway, asked })
    }

    /// Notes a discovery that is about to be sent.
    pub(in crate::dev::bench) fn asks(&self, request: Uuid) {
        self.asked.0.lock().open.insert(request.to_string(), Instant::now());
    }

    /// Number of discoveries that were sent and not answered.
    pub(in crate::dev::bench) fn open_count(&self) -> usize {
        self.asked.0.lock().open.len()
    }

    /// Returns the answered discoveries, in the order of their answers, and forgets all.
    pub(in crate::dev::bench) fn take(&self) -> Vec<Answered> {
        let mut tally = self.asked.0.lock();
        tally.open.clear();
        std::mem::take(&mut tally.answered)
    }
}

impl Asked {
    fn arrived(&self, arrival: &Arrival) {
        let Some(request) = arrival.answers.as_deref() else { return };
        if !arrival.path.ends_with(ON_DISCOVER) {
            return;
        }
        let mut tally = self.0.lock();
        if let Some(asked_at) = tally.open.remove(request) {
            let took = arrival.at.saturating_duration_since(asked_at);
            tally.answered.push(Answered { asked_at, took, is_error: arrival.is_error });
        }
    }
}
