//! What a shadow replay needs of the world: the read models as they were, built up again from the log on a
//! database that is thrown away, and compared with those that are read.

mod contents;
mod directories;
mod scratch;

pub use directories::DirectoriesAsOf;
pub use scratch::{Built, Scratch};

use hip_commands::operations::replay::shadow::UnderWay;
use sqlx::PgPool;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// What is still being done. To be read before the end of the log is: what is over by then is in it.
///
/// # Errors
///
/// The database cannot be read.
pub async fn under_way(pool: &PgPool) -> Result<UnderWay, sqlx::Error> {
    let tasks: Vec<String> =
        sqlx::query_scalar("SELECT dedupe FROM es.outbox WHERE shard = $1 AND state = 'due'")
            .bind(SHARD)
            .fetch_all(pool)
            .in_time()
            .await?;
    let reacted_to: Option<i64> = sqlx::query_scalar(
        "SELECT min(position) FROM es.projection \
          WHERE name = 'reactions' AND state IN ('live', 'halted') AND shard = $1",
    )
    .bind(SHARD)
    .fetch_one(pool)
    .in_time()
    .await?;
    Ok(UnderWay { reacted_to: reacted_to.unwrap_or(0), tasks: tasks.into_iter().collect() })
}
