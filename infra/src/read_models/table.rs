//! A projection and the table that it is written to.

use std::marker::PhantomData;

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgTransaction;

use crate::subscription::Subscriber;

/// A projection and its table.
#[async_trait]
pub trait Table: Send + Sync + 'static {
    /// The subscription's name. A stored name never changes.
    const NAME: &'static str;

    /// A change of one row.
    type Change: Send;

    /// What an event changes.
    fn change(recorded: &Recorded<Event>) -> Option<Self::Change>;

    /// Writes a change. Written twice it is written once.
    async fn write(
        transaction: &mut PgTransaction<'_>,
        change: Self::Change,
    ) -> Result<(), sqlx::Error>;
}

/// Keeps a table in step with the log.
pub struct Kept<T>(PhantomData<T>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<T: Table> Subscriber for Kept<T> {
    fn name(&self) -> &'static str {
        T::NAME
    }

    async fn apply(
        &self,
        transaction: &mut PgTransaction<'_>,
        events: &[Recorded<Event>],
    ) -> Result<(), sqlx::Error> {
        // One after the other, so that not all changes of a page are held at once.
        for recorded in events {
            if let Some(change) = T::change(recorded) {
                T::write(transaction, change).await?;
            }
        }
        Ok(())
    }
}
