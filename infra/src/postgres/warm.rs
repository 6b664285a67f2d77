//! Connections that go from one call to the next without a check.
//!
//! A pool asks the server twice whether a connection lives when it is returned. A discovery makes a dozen short calls, and
//! would ask more often than it calls. A connection whose call was answered lives; it is kept here for the next call. All
//! others, and those that nobody uses for a moment, go back to the pool, which checks them.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{QueryAs, QueryScalar};
use sqlx::{Decode, FromRow, PgPool, Postgres, Type};
use tokio::time::Instant;

use super::deadline::InTime;

/// How long a connection is kept without a call. As long as the pool trusts one that it has checked.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// Maximum number of connections that are kept: the pool has others, for those who use it directly.
const KEPT_COUNT_MAX: usize = 2;

/// A pool for short calls, one statement each. Every call has a deadline.
#[derive(Clone, Debug)]
pub(crate) struct WarmPool {
    pool: PgPool,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    connections: Vec<(PoolConnection<Postgres>, Instant)>,
    /// Whether somebody looks after them.
    is_watched: bool,
}

impl WarmPool {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool, kept: Arc::default() }
    }

    /// The pool below.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) async fn fetch_all<O>(
        &self,
        query: QueryAs<'_, Postgres, O, PgArguments>,
    ) -> Result<Vec<O>, sqlx::Error>
    where
        O: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut connection = self.connection().await?;
        let rows = query.fetch_all(&mut *connection).in_time().await?;
        self.keep(connection);
        Ok(rows)
    }

    /// The value of the first row; `None` if there is none.
    pub(crate) async fn fetch_scalar<O>(
        &self,
        query: QueryScalar<'_, Postgres, O, PgArguments>,
    ) -> Result<Option<O>, sqlx::Error>
    where
        O: for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin,
        (O,): for<'r> FromRow<'r, PgRow>,
    {
        let mut connection = self.connection().await?;
        let row = query.fetch_optional(&mut *connection).in_time().await?;
        self.keep(connection);
        Ok(row)
    }

    /// The value of the only row.
    pub(crate) async fn fetch_one_scalar<O>(
        &self,
        query: QueryScalar<'_, Postgres, O, PgArguments>,
    ) -> Result<O, sqlx::Error>
    where
        O: for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin,
        (O,): for<'r> FromRow<'r, PgRow>,
    {
        self.fetch_scalar(query).await?.ok_or(sqlx::Error::RowNotFound)
    }

    async fn connection(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let kept = self.kept.lock().connections.pop();
        match kept.filter(|(_, used_at)| used_at.elapsed() < KEPT_FOR) {
            Some((connection, _)) => Ok(connection),
            // A new connection has a large state.
            None => Box::pin(self.pool.acquire()).in_time().await,
        }
    }

    fn keep(&self, connection: PoolConnection<Postgres>) {
        let mut kept = self.kept.lock();
        if kept.connections.len() < KEPT_COUNT_MAX && !self.pool.is_closed() {
            kept.connections.push((connection, Instant::now()));
            if !kept.is_watched {
                kept.is_watched = true;
                tokio::spawn(give_back_unused(self.pool.clone(), Arc::clone(&self.kept)));
            }
        }
    }
}

/// Gives connections back to the pool that are not used any more, until none is left.
async fn give_back_unused(pool: PgPool, kept: Arc<Mutex<Kept>>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(KEPT_FOR) => {}
            () = pool.close_event() => {}
        }
        let mut kept = kept.lock();
        let is_open = !pool.is_closed();
        kept.connections.retain(|(_, used_at)| is_open && used_at.elapsed() < KEPT_FOR);
        if kept.connections.is_empty() {
            kept.is_watched = false;
            return;
        }
    }
}
