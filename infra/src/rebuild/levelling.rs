//! Two generations are brought to one position.

use sqlx::PgPool;

use super::projection::Projection;
use super::{PAGE, advance};
use crate::event_store::LogReader;
use crate::subscription::{ApplyError, Cursor, Stop};

/// Applies the log to whichever is behind. Both leases are held, so neither moves by itself.
///
/// A live generation that is not in our store cannot follow: it was lost, or lies in the memory of another
/// process. Then the next one, which is ahead of it, takes its place as it is.
pub(super) async fn level(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    next: &mut Cursor,
    live: &mut Cursor,
) -> Result<(), Stop> {
    while next.position() != live.position() {
        let live_is_behind = live.position() < next.position();
        let (behind, goal) = if live_is_behind {
            (&mut *live, next.position())
        } else {
            (&mut *next, live.position())
        };
        let limit = behind.limit(PAGE.min(goal - behind.position()));
        let stored = log.clear_page(behind.position(), limit).await?;
        match advance(pool, projection, behind, stored).await {
            Err(Stop::Apply(ApplyError::Lost)) if live_is_behind => return Ok(()),
            advanced => advanced?,
        };
    }
    Ok(())
}
