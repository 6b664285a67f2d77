//! What a read model needs for a rebuild.

use async_trait::async_trait;
use sqlx::{PgPool, PgTransaction};

use crate::subscription::{ApplyError, Generation, Subscriber};

/// A subscriber whose result depends on the log alone, and can be rebuilt beside the live one.
#[async_trait]
pub trait Projection: Subscriber {
    /// Creates an empty generation.
    async fn begin(&self, pool: &PgPool, next: Generation) -> Result<(), ApplyError>;

    /// Compares both. They are at one position, and nobody writes.
    async fn compare(
        &self,
        pool: &PgPool,
        generations: &Generations,
    ) -> Result<Vec<Compared>, ApplyError>;

    /// Makes the next generation live. In a store other than Postgres this cannot be rolled back, so it may be
    /// repeated after a crash.
    async fn promote(
        &self,
        transaction: &mut PgTransaction<'_>,
        generations: &Generations,
    ) -> Result<(), ApplyError>;

    /// Removes the former live generation.
    async fn retire(&self, pool: &PgPool, generations: &Generations) -> Result<(), ApplyError>;

    /// Removes a generation that was never live.
    async fn abandon(&self, pool: &PgPool, next: Generation) -> Result<(), ApplyError>;
}

/// The live generation and its successor.
#[derive(Debug, Clone, Copy)]
pub struct Generations {
    /// The live one.
    pub live: Generation,
    /// The one under construction.
    pub next: Generation,
}

/// A table or collection in two generations.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Compared {
    /// Name of the table or collection.
    pub what: String,
    /// Rows or documents of the live generation.
    pub live_rows: i64,
    /// Digest over all of them.
    pub live_digest: String,
    /// Rows or documents of the next generation.
    pub next_rows: i64,
    /// Digest over all of them.
    pub next_digest: String,
}

impl Compared {
    /// Whether both have the same content.
    pub fn is_same(&self) -> bool {
        self.live_rows == self.next_rows && self.live_digest == self.next_digest
    }
}
