//! Destroys the key of a message that was never matched to a patient, after a while: nobody could ask for
//! its erasure.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::port::Clock;
use hip_domain::id::FacilityId;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use super::STRETCH;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::postgres::vault::PgVault;

/// Interval between two sweeps.
const INTERVAL: Duration = Duration::from_secs(3_600);

/// Destroys the keys of messages that were never matched to a patient.
pub struct Unclaimed {
    /// Connections with the service's role.
    pub pool: PgPool,
    /// The keys.
    pub vault: Arc<PgVault>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The facilities of the messages.
    pub facilities: Vec<FacilityId>,
    /// How long messages are kept.
    pub age_max: TimeDelta,
}

impl Unclaimed {
    /// Sweeps every hour until `stop` is true.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut seen = HashMap::new();
        while !*stop.borrow() {
            match self.sweep(&mut seen).await {
                Ok(0) => {}
                Ok(count) => {
                    tracing::info!(
                        count,
                        "keys of messages without a known patient were destroyed"
                    );
                }
                Err(error) => {
                    let unreachable = error.as_database_error().is_none();
                    tracing::warn!(
                        unreachable,
                        "messages without a known patient could not be searched"
                    );
                }
            }
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Destroys due keys and returns their number. `seen` stores the position reached for each facility.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn sweep(&self, seen: &mut HashMap<FacilityId, i64>) -> Result<usize, sqlx::Error> {
        let before = self.clock.now() - self.age_max;
        let mut count = 0;
        for facility in &self.facilities {
            let after = seen.entry(facility.clone()).or_default();
            while let Some((up_to, keys)) = self.stretch(facility, *after, before).await? {
                count += self.vault.destroy_listed(&keys).await?.len();
                *after = up_to;
            }
        }
        Ok(count)
    }

    async fn stretch(
        &self,
        facility: &FacilityId,
        after: i64,
        before: DateTime<Utc>,
    ) -> Result<Option<(i64, Vec<Uuid>)>, sqlx::Error> {
        let rows: Vec<(i64, bool, Option<Uuid>)> = sqlx::query_as(include_str!("unattributed.sql"))
            .bind(SHARD)
            .bind(facility.as_str())
            .bind(after)
            .bind(STRETCH)
            .bind(Some(before))
            .fetch_all(&self.pool)
            .in_time()
            .await?;
        let Some((up_to, ..)) = rows.last().copied() else { return Ok(None) };
        let keys = rows
            .into_iter()
            .filter_map(|(_, is_unattributed, key)| key.filter(|_| is_unattributed));
        Ok(Some((up_to, keys.collect())))
    }
}
