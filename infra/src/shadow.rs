//! Adapters of a shadow replay: read models as of an earlier time, rebuilt from the log on a
//! throwaway database and compared with the live ones.

mod contents;
mod directories;
mod scratch;

pub use directories::DirectoriesAsOf;
pub use scratch::{Built, Scratch};

use hip_commands::operations::replay::shadow::UnderWay;
use sqlx::PgPool;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::subscription::process_manager;

/// Work that is not finished. Read it before the end of the log, so that work that ends in between is in the log.
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
    let reacted_to = process_manager::position(pool).await?;
    Ok(UnderWay { reacted_to, tasks: tasks.into_iter().collect() })
}
