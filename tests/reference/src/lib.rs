//! The event store that ours is measured against: `cqrs-es` over `postgres-es`, as published.
//!
//! Two uses. The differential test sends the same commands through this store and through ours and
//! compares the events; an aggregate needs nothing but what `cqrs-es` asks of it. The program
//! `hip-bench-reference` is the baseline of `hip bench append`; [`mod@bench`] is what it runs.
//!
//! Only tests may know this crate, and it knows nothing of ours. `postgres-es` pins an older `sqlx`
//! than the product; the two live side by side in the build and never meet.

pub mod bench;

use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, AggregateError, EventStore};
use postgres_es::{PostgresCqrs, PostgresEventRepository, postgres_cqrs};
use sqlx_reference::postgres::PgPoolOptions;
use sqlx_reference::{Connection, Executor, PgConnection, PgPool};
use thiserror::Error;

/// The tables that `postgres-es` expects, under the names it expects.
const SCHEMA: &str = include_str!("schema.sql");

/// Connections of a store that nobody asked more of.
const CONNECTION_COUNT: u32 = 10;

/// Why the reference cannot be used.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// The database cannot be reached.
    #[error("cannot reach the reference's database")]
    Connect(#[source] sqlx_reference::Error),
    /// Its tables cannot be made.
    #[error("cannot make the reference's tables")]
    Schema(#[source] sqlx_reference::Error),
}

/// `postgres-es` on one database.
#[derive(Debug, Clone)]
pub struct Reference {
    pool: PgPool,
}

impl Reference {
    /// Connects, and makes the tables `events` and `snapshots` if they are missing.
    pub async fn connect(url: &str) -> Result<Self, ReferenceError> {
        Self::connect_with(url, CONNECTION_COUNT).await
    }

    /// The same with exactly `connections` connections, all of them open on return.
    pub async fn connect_with(url: &str, connections: u32) -> Result<Self, ReferenceError> {
        // One first: the pool would try until its time is up and not say what was wrong.
        let mut first = PgConnection::connect(url).await.map_err(ReferenceError::Connect)?;
        first.execute(SCHEMA).await.map_err(ReferenceError::Schema)?;
        let pool = PgPoolOptions::new()
            .min_connections(connections)
            .max_connections(connections)
            .connect(url)
            .await
            .map_err(ReferenceError::Connect)?;
        Ok(Self { pool })
    }

    /// Loads the aggregate, lets it decide and stores what it decided, as `cqrs-es` does it.
    ///
    /// # Errors
    ///
    /// [`AggregateError::UserError`] is the aggregate's refusal, [`AggregateError::AggregateConflict`]
    /// a race lost to another command on this aggregate; it is not tried again.
    pub async fn execute<A>(
        &self,
        aggregate_id: &str,
        command: A::Command,
    ) -> Result<(), AggregateError<A::Error>>
    where
        A: Aggregate<Services = ()>,
    {
        self.framework::<A>().execute(aggregate_id, command).await
    }

    /// The aggregate's events in their order, decoded; none when it was never heard of.
    pub async fn events<A>(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<A::Event>, AggregateError<A::Error>>
    where
        A: Aggregate,
    {
        let repository = PostgresEventRepository::new(self.pool.clone());
        let store = PersistedEventStore::<_, A>::new_event_store(repository);
        let recorded = store.load_events(aggregate_id).await?;
        Ok(recorded.into_iter().map(|envelope| envelope.payload).collect())
    }

    /// A number that no other call on this database gets.
    pub(crate) async fn transaction_number(&self) -> Result<String, ReferenceError> {
        sqlx_reference::query_scalar("SELECT pg_current_xact_id()::text")
            .fetch_one(&self.pool)
            .await
            .map_err(ReferenceError::Connect)
    }

    /// The framework itself, to be kept where many commands are executed. No snapshots, no queries.
    pub fn framework<A>(&self) -> PostgresCqrs<A>
    where
        A: Aggregate<Services = ()>,
    {
        postgres_cqrs(self.pool.clone(), Vec::new(), ())
    }
}
