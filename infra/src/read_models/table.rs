//! A projection and its table.

use std::collections::HashMap;
use std::marker::PhantomData;

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::{PgPool, PgTransaction};

use super::erased::Erased;
use crate::postgres::begin;
use crate::postgres::deadline::InTime;
use crate::subscription::rebuild::{Compared, Generations, Projection};
use crate::subscription::{ApplyError, Generation, Page, PageTransaction, Poison, Subscriber};

/// A projection and its table.
#[async_trait]
pub trait Table: Send + Sync + 'static {
    /// The subscription's name. A stored name never changes.
    const NAME: &'static str;

    /// Handling of an event that cannot be applied.
    const POISON: Poison = Poison::ParkStream;

    /// A change of one row.
    type Change: Send;

    /// The change of an event.
    fn change(recorded: &Recorded<Event>) -> Option<Self::Change>;

    /// The key of the changed row, for a table that writes many at once; the others get all changes of
    /// a page in order.
    fn row(_: &Self::Change) -> Option<String> {
        None
    }

    /// Writes changes, each of another row if [`Table::row`] returns a key. Idempotent.
    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<Self::Change>,
    ) -> Result<(), sqlx::Error>;

    /// Erases a patient's rows. By default nothing, for tables whose rows have no owner.
    async fn forget(_: &mut PgTransaction<'_>, _: &Erased<'_>) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

/// Groups the changes in rounds: each round changes a row at most once, and the rounds keep
/// the order of each row's changes.
fn rounds<T: Table>(events: &[Recorded<Event>]) -> Vec<Vec<T::Change>> {
    let mut rounds: Vec<Vec<T::Change>> = vec![];
    let mut changed: HashMap<String, usize> = HashMap::new();
    for change in events.iter().filter_map(T::change) {
        let round = T::row(&change).map_or(0, |row| {
            let times = changed.entry(row).or_default();
            *times += 1;
            *times - 1
        });
        if round == rounds.len() {
            rounds.push(vec![]);
        }
        rounds[round].push(change);
    }
    rounds
}

/// Updates a table from the log.
pub struct TableProjection<T>(PhantomData<T>);

impl<T> Default for TableProjection<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<T: Table> Subscriber for TableProjection<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn poison(&self) -> Poison {
        T::POISON
    }

    fn is_in_database(&self) -> bool {
        true
    }

    fn is_indifferent_to(&self, page: &Page) -> bool {
        page.events()
            .iter()
            .all(|recorded| Erased::of(recorded).is_none() && T::change(recorded).is_none())
    }

    async fn apply(
        &self,
        transaction: &mut PageTransaction<'_>,
        generation: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        // An erasure separates earlier events from later ones.
        for events in page.events().split_inclusive(|recorded| Erased::of(recorded).is_some()) {
            let rounds = rounds::<T>(events);
            let erased = events.last().and_then(Erased::of);
            if rounds.is_empty() && erased.is_none() {
                continue;
            }
            transaction.use_tables_in(generation.schema()).await?;
            for changes in rounds {
                T::write(transaction, changes).await?;
            }
            if let Some(erased) = erased {
                T::forget(transaction, &erased).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl<T: Table> Projection for TableProjection<T> {
    async fn begin(&self, pool: &PgPool, _: Generation) -> Result<(), ApplyError> {
        sqlx::query("SELECT hip.begin_generation($1)")
            .bind(T::NAME)
            .execute(pool)
            .in_time()
            .await?;
        Ok(())
    }

    async fn compare(&self, pool: &PgPool, _: &Generations) -> Result<Vec<Compared>, ApplyError> {
        let mut transaction = begin(pool).await?;
        // A digest of a large table takes longer than the statement time limit.
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
        let compared = sqlx::query_as(
            "SELECT table_name AS what, live_rows, live_digest::text AS live_digest, \
                    next_rows, next_digest::text AS next_digest FROM hip.compare_generations($1)",
        )
        .bind(T::NAME)
        .fetch_all(&mut *transaction)
        .await?;
        Ok(compared)
    }

    async fn promote(
        &self,
        transaction: &mut PgTransaction<'_>,
        _: &Generations,
    ) -> Result<(), ApplyError> {
        sqlx::query("SELECT hip.promote_generation($1)")
            .bind(T::NAME)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    async fn retire(&self, _: &PgPool, _: &Generations) -> Result<(), ApplyError> {
        // The former live tables stay in `hip_retired` until the next rebuild.
        Ok(())
    }

    async fn abandon(&self, pool: &PgPool, _: Generation) -> Result<(), ApplyError> {
        sqlx::query("SELECT hip.drop_generation($1)").bind(T::NAME).execute(pool).in_time().await?;
        Ok(())
    }
}
