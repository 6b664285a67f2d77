//! Turns of the tasks of this process on the same transfer.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::tasks::{Turn, Turns};
use hip_domain::id::TransactionId;
use tokio::sync::Mutex;

/// Transfers with the same number share their turns. More numbers than tasks that run at the same time.
const NUMBER_COUNT: u8 = 64;

/// One lock for each number.
pub(super) struct TransferTurns {
    hasher: RandomState,
    locks: Vec<Arc<Mutex<()>>>,
}

impl TransferTurns {
    pub(super) fn new() -> Self {
        let locks = (0..NUMBER_COUNT).map(|_| Arc::default()).collect();
        Self { hasher: RandomState::new(), locks }
    }
}

#[async_trait]
impl Turns for TransferTurns {
    async fn of(&self, transaction: &TransactionId) -> Turn {
        let [hash, ..] = self.hasher.hash_one(transaction.as_str()).to_ne_bytes();
        let lock = &self.locks[usize::from(hash % NUMBER_COUNT)];
        Box::new(Arc::clone(lock).lock_owned().await)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_transfer_waits_for_its_turn_and_others_do_not() {
        let turns = TransferTurns::new();
        let transaction = |n: usize| TransactionId::parse(format!("t-{n}")).unwrap();
        let first = turns.of(&transaction(0)).await;
        let soon = Duration::from_secs(1);
        assert!(timeout(soon, turns.of(&transaction(0))).await.is_err());
        let mut others = 0;
        for n in 1..20 {
            others += usize::from(timeout(soon, turns.of(&transaction(n))).await.is_ok());
        }
        assert!(others > 10, "few share its number");
        drop(first);
        assert!(timeout(soon, turns.of(&transaction(0))).await.is_ok());
    }
}
