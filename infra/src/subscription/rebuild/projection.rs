//! What a read model must be able to do to be rebuilt.

use async_trait::async_trait;
use sqlx::{PgPool, PgTransaction};

use crate::subscription::{ApplyError, Generation, Subscriber};

/// A subscriber whose outcome follows from the log alone, and can be built again beside itself.
#[async_trait]
pub trait Projection: Subscriber {
    /// Makes an empty generation.
    async fn begin(&self, pool: &PgPool, next: Generation) -> Result<(), ApplyError>;

    /// What both hold. They stand at one position, and nobody writes.
    async fn compare(
        &self,
        pool: &PgPool,
        generations: &Generations,
    ) -> Result<Vec<Compared>, ApplyError>;

    /// Has the next generation read. In a store apart from Postgres this cannot be undone, so it may be
    /// done again after a crash.
    async fn promote(
        &self,
        transaction: &mut PgTransaction<'_>,
        generations: &Generations,
    ) -> Result<(), ApplyError>;

    /// Removes what is not read any more.
    async fn retire(&self, pool: &PgPool, generations: &Generations) -> Result<(), ApplyError>;

    /// Removes a generation that was never read.
    async fn abandon(&self, pool: &PgPool, next: Generation) -> Result<(), ApplyError>;
}

/// The generation that is read, and the one that will be.
#[derive(Debug, Clone, Copy)]
pub struct Generations {
    /// Read.
    pub live: Generation,
    /// Built.
    pub next: Generation,
}

/// A table or collection in two generations.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Compared {
    /// Its name.
    pub what: String,
    /// Rows or documents that were read until now.
    pub live_rows: i64,
    /// Over all of them.
    pub live_digest: String,
    /// Rows or documents that were built.
    pub next_rows: i64,
    /// Over all of them.
    pub next_digest: String,
}

impl Compared {
    /// Whether both hold the same.
    pub fn is_same(&self) -> bool {
        self.live_rows == self.next_rows && self.live_digest == self.next_digest
    }
}
