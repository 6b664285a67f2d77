//! The transaction of a page.

use std::ops::{Deref, DerefMut};

use sqlx::{PgPool, PgTransaction};

use crate::postgres::begin;

/// The statements of read models name their tables without a schema: each generation has its own. And they use the
/// index of each row: a plan that was made while the table was empty would scan the whole table for every page. There is
/// then no other plan for other values, so none is looked for.
const SETTINGS: &str = "SELECT set_config('search_path', $1, true), set_config('enable_seqscan', 'off', true), \
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), \
            set_config('plan_cache_mode', 'force_generic_plan', true)";

/// The transaction in which readers apply a page, and which moves their checkpoints.
pub struct PageTransaction<'a> {
    transaction: PgTransaction<'a>,
    /// Where the tables of a generation are, once it is set.
    schema: Option<&'static str>,
}

impl PageTransaction<'_> {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self { transaction: begin(pool).await?, schema: None })
    }

    /// Prepares for the tables in a schema, once for all readers.
    pub(crate) async fn use_tables_in(&mut self, schema: &'static str) -> Result<(), sqlx::Error> {
        if self.schema != Some(schema) {
            sqlx::query(SETTINGS).bind(schema).execute(&mut *self.transaction).await?;
            self.schema = Some(schema);
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }
}

impl<'a> Deref for PageTransaction<'a> {
    type Target = PgTransaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

impl DerefMut for PageTransaction<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.transaction
    }
}
