//! Repeats erasures that a database does not know, because it was restored from an older backup,
//! before requests are served.

use std::time::Duration;

use anyhow::Context;
use hip_commands::accountability::erasure;
use hip_domain::id::SubjectId;
use hip_infra::postgres::eraser::{ErasureToReapply, erasures_to_reapply, unsettled};
use tokio::sync::watch;

use crate::app::App;

/// Interval between checks whether serving may start.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Destroys the keys at once, and lets the workers do the rest. Returns the subjects for [`wait`].
///
/// Each destruction is in the log before it is done: after a crash it is repeated, and recorded twice rather
/// than not at all.
pub(crate) async fn reapply(app: &App) -> anyhow::Result<Vec<SubjectId>> {
    let Some(journal) = &app.journal else { return Ok(vec![]) };
    let ports = &app.ports;
    let opened = journal.open(&app.pool, ports.clock.now()).await;
    let erased = opened.inspect_err(|error| tracing::error!("{error}"));
    let mut subjects = vec![];
    for found in erasures_to_reapply(&app.pool, erased?).await? {
        destroy(app, &found).await.context("an erasure could not be repeated")?;
        if found.is_undecided {
            erasure::repeat(ports, &found.entry.facility, found.entry.subject).await?;
            subjects.push(found.entry.subject);
        }
    }
    if !subjects.is_empty() {
        let count = subjects.len();
        tracing::warn!(count, "this database is older than its erasures; they are repeated");
    }
    Ok(subjects)
}

async fn destroy(app: &App, found: &ErasureToReapply) -> anyhow::Result<()> {
    let ErasureToReapply { line, entry, keys, others, .. } = found;
    if *others > 0 {
        tracing::error!(
            line,
            keys = others,
            "the erasure journal names keys of another patient; they are not destroyed"
        );
    }
    if keys.is_empty() {
        return Ok(());
    }
    let count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let (facility, subject) = (&entry.facility, entry.subject);
    erasure::note_destroyed_again(&app.ports, facility, subject, count).await?;
    app.vault.destroy_listed(keys).await?;
    tracing::error!(
        line,
        keys = count,
        "keys of an erased patient had come back and were destroyed again"
    );
    Ok(())
}

/// Returns when all their data is deleted, or `stop` is true.
pub(crate) async fn wait(
    app: &App,
    subjects: &[SubjectId],
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<()> {
    while unsettled(&app.pool, subjects).await? > 0 && !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}
