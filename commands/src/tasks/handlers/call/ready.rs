//! A call between its composition and its result.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::request_builder::RequestTarget;
use crate::port::gateway::SendError;
use crate::port::hiu::Place;

/// A call that is composed and whose attempt is in the log, or in the same draft.
pub struct ReadyCall {
    pub(super) message: RequestTarget,
    pub(super) session: Result<Option<SecretString>, SendError>,
    /// A slot at the HIU's host, until the page is sent.
    pub(super) place: Option<Place>,
    /// Number of the attempt, from 1.
    pub(super) number: u32,
    /// Whether an earlier attempt may have arrived.
    pub(super) lost: bool,
    pub(super) composed_at: DateTime<Utc>,
}

impl ReadyCall {
    /// Whether it may still be sent as it is. Later it is composed again: the patient may have been erased meanwhile.
    pub(crate) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        is_fresh(self.composed_at, now)
    }
}

/// How long a call may wait for a worker after it was composed.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(1);

fn is_fresh(composed_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < composed_at + FRESH_FOR
}

/// A call that was sent.
pub(crate) struct SentCall {
    pub(super) outcome: Result<u16, SendError>,
    pub(super) number: u32,
    pub(super) lost: bool,
    pub(super) deadline: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_waited_is_composed_again() {
        let at = DateTime::UNIX_EPOCH;
        assert!(is_fresh(at, at + TimeDelta::milliseconds(999)));
        assert!(!is_fresh(at, at + TimeDelta::seconds(1)));
    }
}
