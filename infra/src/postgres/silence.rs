//! Detects silent connections. A firewall drops them, or the server loses power: no close and
//! no answer arrives.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sqlx::{Connection, PgConnection};

use crate::postgres::deadline::{is_silent, within};

/// A connection that was unused for longer than this is pinged. One that was used more recently is
/// not: it was checked when it was returned.
const IDLE_TRUSTED: Duration = Duration::from_secs(1);

/// Time limit of a ping. A silent connection is closed, and makes room for another.
const PING_TIME_MAX: Duration = Duration::from_secs(3);

/// When a connection of a pool was last found silent. Connections that were idle at that time are not pinged one
/// by one: they are closed, too.
#[derive(Clone, Default)]
pub(super) struct Silence(Arc<Mutex<Option<Instant>>>);

impl Silence {
    /// Whether a connection that was unused for this time may be used.
    pub(super) async fn is_trusted(&self, connection: &mut PgConnection, idle: Duration) -> bool {
        if idle < IDLE_TRUSTED {
            return true;
        }
        if self.lay_beside(idle, Instant::now()) {
            return false;
        }
        match lives(connection).await {
            Ok(()) => true,
            Err(error) => {
                if is_silent(&error) {
                    self.note(Instant::now());
                }
                false
            }
        }
    }

    /// Whether it was last used before another was found silent.
    fn lay_beside(&self, idle: Duration, now: Instant) -> bool {
        let found_at = *self.0.lock();
        found_at.is_some_and(|found_at| now.saturating_duration_since(found_at) < idle)
    }

    fn note(&self, now: Instant) {
        *self.0.lock() = Some(now);
    }
}

/// Pings a connection.
pub(super) async fn lives(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    within(PING_TIME_MAX, connection.ping()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_silent_speaks_for_those_that_lay_beside_it() {
        let (silence, begin) = (Silence::default(), Instant::now());
        let at = |s| begin + Duration::from_secs(s);
        assert!(!silence.lay_beside(Duration::from_secs(60), at(60)), "none was found silent yet");
        silence.note(at(60));
        assert!(silence.lay_beside(Duration::from_secs(30), at(61)), "unused since 31");
        assert!(!silence.lay_beside(Duration::from_secs(5), at(70)), "used at 65, after that");
    }
}
