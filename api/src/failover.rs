//! Handles a new server for the log: a standby was promoted, or a backup was restored. Before requests are served,
//! other stores are rolled back to the state of the log.

use std::time::Duration;

use anyhow::Context;
use hip_infra::postgres::epochs::{self, EpochError, ServerHistory};
use hip_infra::postgres::event_store::LogReader;
use hip_infra::subscription::rebuild::{Rebuild, RebuildError};

use crate::app::{self, App};
use crate::read_models;

/// Interval between checks whether another process has done it.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Returns when the newest epoch is that of this server. Of several processes one does the work. `found` is the
/// state of the server before anything was appended.
pub(crate) async fn take_up(app: &App, found: &ServerHistory) -> anyhow::Result<()> {
    let pool = &app.pool;
    let ServerHistory::Another { head } = *found else { return Ok(()) };
    while epochs::standing(pool).await? != ServerHistory::Known {
        if let Some(turn) = epochs::turn(pool).await? {
            match begin(app, head).await {
                Ok(()) => return Ok(turn.end().await?),
                // An operator's rebuild, or one of a dead process, whose lease expires.
                Err(error) if is_being_rebuilt(&error) => {
                    tracing::warn!("waiting, because {error:#}");
                    turn.end().await?;
                }
                Err(error) => return Err(error),
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

fn is_being_rebuilt(error: &anyhow::Error) -> bool {
    let rebuild = error.downcast_ref::<EpochError>();
    matches!(rebuild, Some(EpochError::Rebuild(RebuildError::Busy(_))))
}

async fn begin(app: &App, head: i64) -> anyhow::Result<()> {
    let sealed = match app::sealer(app).await? {
        Some(sealer) => sealer.give_up_lost().await.context("seals of what is lost")?,
        None => None,
    };
    let lost_through = app.seen.max(sealed.unwrap_or(0)).max(head);
    if lost_through > head {
        tracing::error!(
            first = head + 1,
            last = lost_through,
            "another server holds the log, and lacks its newest events; those that this process or a seal had \
             known are lost"
        );
    } else {
        tracing::warn!(head, "another server holds the log; nothing is known to be lost");
    }
    let pool = app.pool.clone();
    let process = app.ports.ids.random();
    let builder = Rebuild { log: LogReader::new(pool.clone()), pool, process };
    let projections = read_models::all(app)?;
    for name in epochs::rebuild_what_is_ahead(&builder, &projections).await? {
        tracing::warn!(subscription = name, "documents that the log does not know were removed");
    }
    Ok(epochs::begin(&app.pool, head, lost_through).await?)
}
