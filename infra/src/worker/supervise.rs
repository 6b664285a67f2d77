//! Keeps long-running parts of the process alive after a panic.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;

use super::Backoff;

/// Delay before a part that panicked is restarted.
const RESTART: Backoff =
    Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) };

/// Runs a part until it returns. If it panics, it is restarted after a delay.
pub async fn restart_after_panic<F: Future<Output = ()>>(part: &str, mut start: impl FnMut() -> F) {
    let mut panics = 0_i32;
    while AssertUnwindSafe(start()).catch_unwind().await.is_err() {
        panics = panics.saturating_add(1);
        tracing::error!(part, panics, "a part of the service panicked; it is restarted");
        tokio::time::sleep(RESTART.after(panics, 0)).await;
    }
}
