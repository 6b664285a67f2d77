//! Erasures that a database does not know, because it was restored from an older backup, are done again
//! before anybody is served.

use std::time::Duration;

use hip_commands::erasure;
use hip_domain::id::SubjectId;
use hip_infra::eraser::{destroy_again, erased, unsettled};
use tokio::sync::watch;

use crate::compose::Composed;

/// How often it is looked whether the doors may open.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Destroys the keys again, at once, and has the rest done by the workers. Who they are, for [`wait`].
pub(crate) async fn erase_again(composed: &Composed) -> anyhow::Result<Vec<SubjectId>> {
    let Some(journal) = &composed.config.erasure.journal else { return Ok(vec![]) };
    let unknown = destroy_again(&composed.vault, &composed.pool, erased(journal)?).await?;
    for entry in &unknown {
        erasure::repeat(&composed.provider, &entry.facility, entry.subject).await?;
    }
    if !unknown.is_empty() {
        let count = unknown.len();
        tracing::warn!(count, "this database is older than erasures; they are done again");
    }
    Ok(unknown.into_iter().map(|entry| entry.subject).collect())
}

/// Returns when nothing is left of them, or `stop` says so.
pub(crate) async fn wait(
    composed: &Composed,
    subjects: &[SubjectId],
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<()> {
    while unsettled(&composed.pool, subjects).await? > 0 && !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}
