//! Memory limit for request bodies: a total for all callers, half of it for each.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory for request bodies, in KiB.
pub(crate) struct Room {
    all: Arc<Semaphore>,
    all_kib: u32,
    /// A share for each caller, by name. Names come from the configuration, so there are few.
    shares: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The memory reserved for one body, released on drop.
pub(crate) struct Taken {
    _permits: [OwnedSemaphorePermit; 2],
}

/// No memory became free in time.
#[derive(Debug)]
pub(crate) struct Busy;

/// How long a body waits for memory.
const WAIT: Duration = Duration::from_secs(10);

impl Room {
    /// Creates a limit in MiB.
    pub(crate) fn new(mib: u16) -> Self {
        let all_kib = u32::from(mib.max(1)) * 1024;
        let all = Arc::new(Semaphore::new(to_permits(all_kib)));
        Self { all, all_kib, shares: Mutex::default() }
    }

    /// Waits for memory. Callers take turns, and a caller with many bodies waits for its own first. A
    /// body larger than the limit gets all of the memory.
    pub(crate) async fn take(&self, caller: &str, bytes: usize) -> Result<Taken, Busy> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX).clamp(1, self.all_kib);
        let taking = async {
            let share = self.share(caller);
            let share = share.acquire_many_owned(kib.min(self.share_kib())).await.ok()?;
            let all = Arc::clone(&self.all).acquire_many_owned(kib).await.ok()?;
            Some(Taken { _permits: [share, all] })
        };
        tokio::time::timeout(WAIT, taking).await.ok().flatten().ok_or(Busy)
    }

    const fn share_kib(&self) -> u32 {
        self.all_kib.div_ceil(2)
    }

    fn share(&self, caller: &str) -> Arc<Semaphore> {
        let mut shares = self.shares.lock();
        if let Some(share) = shares.get(caller) {
            return Arc::clone(share);
        }
        let share = Arc::new(Semaphore::new(to_permits(self.share_kib())));
        shares.insert(caller.to_owned(), Arc::clone(&share));
        share
    }
}

fn to_permits(kib: u32) -> usize {
    usize::try_from(kib).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[tokio::test(start_paused = true)]
    async fn one_caller_takes_up_half_of_the_room_and_no_more() {
        let room = Room::new(8);
        let first = room.take("a", 3 * MIB).await.unwrap();
        assert!(room.take("a", 3 * MIB).await.is_err());
        let others =
            [room.take("b", 3 * MIB).await.unwrap(), room.take("c", 2 * MIB).await.unwrap()];
        assert!(room.take("d", MIB).await.is_err());
        drop(others);
        drop(first);
        assert!(room.take("a", 3 * MIB).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_larger_than_the_room_has_it_alone() {
        let room = Room::new(2);
        let whole = room.take("a", 50 * MIB).await.unwrap();
        assert!(room.take("b", 1).await.is_err());
        drop(whole);
        assert!(room.take("b", 1).await.is_ok());
    }
}
