//! Read models on a throwaway database: advanced along the log, and compared at the position of the live ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hip_commands::port::ReadModelCursor;
use hip_commands::port::log::StoredEvent;
use sqlx::PgPool;
use tokio::sync::Mutex;

use super::contents::{Live, contents, live};
use crate::postgres::begin;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{LogReader, SHARD};
use crate::subscription::rebuild::{Compared, Projection};
use crate::subscription::{ApplyError, Generation, Page, PageTransaction};

/// Events in one transaction.
const PAGE: i64 = 2_000;

/// The read models under construction.
pub struct Scratch {
    log: LogReader,
    pool: PgPool,
    /// The position required for the next query.
    wanted: AtomicI64,
    standing: Mutex<CursorState>,
}

struct CursorState {
    position: i64,
    kept: Vec<ScratchModel>,
}

struct ScratchModel {
    projection: Arc<dyn Projection>,
    /// The live read model; `None` if it is not live.
    live: Option<Live>,
    built: Option<Built>,
}

/// Result for a read model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Built {
    /// Built, and compared with the live one.
    Compared(Vec<Compared>),
    /// Not built, with the reason.
    Failed(String),
}

impl Built {
    /// Whether both have the same content.
    pub fn is_same(&self) -> bool {
        match self {
            Self::Compared(tables) => tables.iter().all(Compared::is_same),
            Self::Failed(_) => false,
        }
    }
}

impl Scratch {
    /// Read models of `projections` in `pool`, an empty database with our schema. They are compared with
    /// the current content of `live`.
    ///
    /// # Errors
    ///
    /// One of the databases cannot be reached.
    pub async fn new(
        live_pool: &PgPool,
        pool: PgPool,
        projections: Vec<Arc<dyn Projection>>,
    ) -> Result<Self, sqlx::Error> {
        stand_anywhere(&pool).await?;
        let mut live: HashMap<String, Live> = live(live_pool).await?;
        let kept = projections.into_iter().map(|projection| {
            let live = live.remove(projection.name());
            ScratchModel { projection, live, built: None }
        });
        let standing = Mutex::new(CursorState { position: 0, kept: kept.collect() });
        let log = LogReader::new(live_pool.clone());
        Ok(Self { log, pool, wanted: AtomicI64::new(0), standing })
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Advances them to the required position.
    pub(super) async fn reach(&self) -> Result<(), ApplyError> {
        self.lead(self.wanted.load(Ordering::Acquire)).await
    }

    /// Advances each to the checkpoint of its live one, and returns the comparison.
    ///
    /// # Errors
    ///
    /// One of the databases cannot be reached.
    pub async fn compare(&self) -> Result<Vec<(&'static str, Built)>, ApplyError> {
        let furthest = {
            let standing = self.standing.lock().await;
            standing.kept.iter().filter_map(ScratchModel::goal).max().unwrap_or(0)
        };
        self.lead(furthest).await?;
        let mut standing = self.standing.lock().await;
        let built = |kept: &mut ScratchModel| Some((kept.projection.name(), kept.built.take()?));
        Ok(standing.kept.iter_mut().filter_map(built).collect())
    }

    async fn lead(&self, position: i64) -> Result<(), ApplyError> {
        let mut standing = self.standing.lock().await;
        loop {
            self.measure(&mut standing).await?;
            if standing.position >= position {
                return Ok(());
            }
            let goals = standing.kept.iter().filter_map(ScratchModel::goal);
            let stop = goals.fold(position, i64::min);
            let limit = PAGE.min(stop - standing.position);
            let page = self.log.page(standing.position, limit).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let reached = last.position;
            self.apply(&mut standing, page).await?;
            standing.position = reached;
        }
    }

    async fn apply(
        &self,
        standing: &mut CursorState,
        stored: Vec<StoredEvent>,
    ) -> Result<(), ApplyError> {
        let page = Page::of(stored)?;
        for kept in &mut standing.kept {
            if matches!(kept.built, Some(Built::Failed(_))) {
                continue;
            }
            let mut transaction = PageTransaction::begin(&self.pool).await?;
            let generation = Generation { number: 1, is_live: true };
            match kept.projection.apply(&mut transaction, generation, &page).await {
                Ok(()) => transaction.commit().await?,
                Err(error) => kept.built = Some(Built::Failed(error.to_string())),
            }
        }
        Ok(())
    }

    /// Compares a read model that is at the checkpoint of its live one.
    async fn measure(&self, standing: &mut CursorState) -> Result<(), sqlx::Error> {
        let position = standing.position;
        for kept in &mut standing.kept {
            if kept.goal() != Some(position) {
                continue;
            }
            let mut transaction = begin(&self.pool).await?;
            let built = contents(&mut transaction, kept.projection.name()).await?;
            let live = kept.live.iter().flat_map(|live| &live.contents);
            let tables = built.into_iter().zip(live).map(|(built, live)| Compared {
                what: built.table,
                live_rows: live.rows,
                live_digest: live.digest.clone(),
                next_rows: built.rows,
                next_digest: built.digest,
            });
            kept.built = Some(Built::Compared(tables.collect()));
        }
        Ok(())
    }
}

impl ScratchModel {
    /// The position of the comparison; `None` if it was done, or if it is not live.
    fn goal(&self) -> Option<i64> {
        self.live.as_ref().filter(|_| self.built.is_none()).map(|live| live.position)
    }
}

impl ReadModelCursor for Scratch {
    fn advance_to(&self, position: i64) {
        self.wanted.fetch_max(position, Ordering::AcqRel);
    }
}

/// Lets every wait for these read models succeed: they are advanced before each query.
async fn stand_anywhere(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO es.projection (name, generation, shard, position, state) \
         SELECT DISTINCT projection, 1, $1::smallint, 9223372036854775807, 'live' FROM hip.projection_table",
    )
    .bind(SHARD)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}
