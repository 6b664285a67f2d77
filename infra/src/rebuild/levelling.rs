//! Two generations are brought to one position.

use sqlx::PgPool;

use super::PAGE;
use super::projection::Projection;
use crate::event_store::LogReader;
use crate::subscription::{Lease, Page, Stop, apply};

/// Applies the log to whichever is behind. Both leases are held, so neither moves by itself.
pub(super) async fn level(
    log: &LogReader,
    pool: &PgPool,
    projection: &dyn Projection,
    one: &mut Lease,
    other: &mut Lease,
) -> Result<(), Stop> {
    while one.position != other.position {
        let (behind, goal) = if one.position < other.position {
            (&mut *one, other.position)
        } else {
            (&mut *other, one.position)
        };
        let page = log.page(behind.position, PAGE.min(goal - behind.position)).await?;
        apply(pool, projection, behind, &Page::decode(page)?).await?;
    }
    Ok(())
}
