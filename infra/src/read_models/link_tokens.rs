//! The cache of link tokens.

use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::port::LinkTokenCache;
use hip_commands::port::link_token_cache::{CachedToken, Holder};
use hip_domain::event::Event;
use hip_domain::link_token::{LinkTokenEvent, TOKEN_AGE_MAX};
use hip_domain::recorded::Recorded;
use sqlx::{PgPool, PgTransaction};

use crate::subscription::rebuild::{Compared, Generations, Projection};
use crate::subscription::{ApplyError, Generation, Page, PageTransaction, Poison, Subscriber};

/// Updates the cache from the log. The cache may lose entries at any time; a missing one is
/// read from the log.
pub struct LinkTokens {
    cache: Arc<dyn LinkTokenCache>,
}

impl LinkTokens {
    /// Updates `cache`.
    pub const fn new(cache: Arc<dyn LinkTokenCache>) -> Self {
        Self { cache }
    }

    async fn change(
        &self,
        generation: Generation,
        recorded: &Recorded<Event>,
    ) -> Result<(), ApplyError> {
        let Event::LinkToken(event) = &recorded.event else {
            return Ok(());
        };
        let Some(holder) = Holder::of(&recorded.stream) else {
            return Ok(());
        };
        match event {
            LinkTokenEvent::Issued { expires_at, .. } => {
                let token = CachedToken {
                    stream: recorded.stream.clone(),
                    position: recorded.position,
                    expires_at: *expires_at,
                };
                self.cache.put(generation.number, &holder, &token).await?;
            }
            LinkTokenEvent::Dropped { .. } | LinkTokenEvent::Purged {} => {
                let until = recorded.recorded_at + TOKEN_AGE_MAX;
                self.cache.forget(generation.number, &holder, recorded.position, until).await?;
            }
            LinkTokenEvent::Requested { .. }
            | LinkTokenEvent::Asked { .. }
            | LinkTokenEvent::Postponed { .. }
            | LinkTokenEvent::Awaited { .. }
            | LinkTokenEvent::Reused { .. }
            | LinkTokenEvent::Rejected { .. } => {}
        }
        Ok(())
    }
}

#[async_trait]
impl Subscriber for LinkTokens {
    fn name(&self) -> &'static str {
        "link_tokens"
    }

    fn poison(&self) -> Poison {
        Poison::ParkStream
    }

    fn may_lose_data(&self) -> bool {
        self.cache.outlives_the_process()
    }

    /// The first page prepares the cache, whatever it contains.
    fn is_indifferent_to(&self, page: &Page) -> bool {
        let mut events = page.events().iter();
        !page.is_first() && events.all(|recorded| !matches!(recorded.event, Event::LinkToken(_)))
    }

    async fn apply(
        &self,
        _: &mut PageTransaction<'_>,
        generation: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        if generation.is_live && self.cache.live().await? != Some(generation.number) {
            if !page.is_first() && self.cache.outlives_the_process() {
                return Err(ApplyError::Lost);
            }
            self.cache.promote(generation.number).await?;
        }
        for recorded in page.events() {
            self.change(generation, recorded).await?;
        }
        Ok(())
    }

    /// An emptied cache has no generation to read. One that lost a part cannot detect it, and
    /// need not: a missing entry is read from the log.
    async fn remembered(&self, generation: Generation) -> Result<Option<i64>, ApplyError> {
        if !self.cache.outlives_the_process() {
            return Ok(None);
        }
        let live = self.cache.live().await?;
        Ok(if live == Some(generation.number) { None } else { Some(0) })
    }
}

#[async_trait]
impl Projection for LinkTokens {
    async fn begin(&self, _: &PgPool, next: Generation) -> Result<(), ApplyError> {
        Ok(self.cache.clear_generation(next.number).await?)
    }

    /// Nothing is compared: a cache may have any content.
    async fn compare(&self, _: &PgPool, _: &Generations) -> Result<Vec<Compared>, ApplyError> {
        Ok(vec![])
    }

    async fn promote(
        &self,
        _: &mut PgTransaction<'_>,
        generations: &Generations,
    ) -> Result<(), ApplyError> {
        Ok(self.cache.promote(generations.next.number).await?)
    }

    async fn retire(&self, _: &PgPool, generations: &Generations) -> Result<(), ApplyError> {
        Ok(self.cache.clear_generation(generations.live.number).await?)
    }

    async fn abandon(&self, _: &PgPool, next: Generation) -> Result<(), ApplyError> {
        Ok(self.cache.clear_generation(next.number).await?)
    }
}
