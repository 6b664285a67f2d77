//! Two generations are brought to one position.

use sqlx::PgPool;

use super::projection::Projection;
use super::{PAGE, advance};
use crate::event_store::LogReader;
use crate::subscription::{Cursor, Stop};

/// Applies the log to whichever is behind. Both leases are held, so neither moves by itself.
pub(super) async fn level(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    one: &mut Cursor,
    other: &mut Cursor,
) -> Result<(), Stop> {
    while one.position() != other.position() {
        let (behind, goal) = if one.position() < other.position() {
            (&mut *one, other.position())
        } else {
            (&mut *other, one.position())
        };
        let limit = behind.limit(PAGE.min(goal - behind.position()));
        let stored = log.clear_page(behind.position(), limit).await?;
        advance(pool, projection, behind, stored).await?;
    }
    Ok(())
}
