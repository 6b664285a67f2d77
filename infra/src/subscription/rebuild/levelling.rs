//! Brings two generations to one position.

use sqlx::PgPool;

use super::PAGE;
use super::projection::Projection;
use super::step::step;
use crate::postgres::event_store::LogReader;
use crate::subscription::{ApplyError, Cursor, PageFailure};

/// Applies the log to the generation that is behind. Both leases are held, so neither moves by itself.
///
/// A live generation outside our stores cannot follow: it was lost, or is in the memory of another
/// process. Then the next one, which is ahead of it, replaces it as it is.
pub(super) async fn level(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    next: &mut Cursor,
    live: &mut Cursor,
) -> Result<(), PageFailure> {
    while next.position() != live.position() {
        let live_is_behind = live.position() < next.position();
        let (behind, goal) = if live_is_behind {
            (&mut *live, next.position())
        } else {
            (&mut *next, live.position())
        };
        let most = PAGE.min(goal - behind.position());
        match step(log, pool, projection, behind, most).await {
            Err(PageFailure::Apply(ApplyError::Lost)) if live_is_behind => return Ok(()),
            done => done?,
        };
    }
    Ok(())
}
