//! Turns announcements in a trigger table into jobs. One process at a time scans; if it dies, another
//! continues after its lease.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::visit_trigger::{TriggerRow, VisitTriggerError};
use sqlx::PgPool;
use thiserror::Error;
use tokio::sync::Notify;

use super::Source;
use crate::postgres::deadline::InTime;
use crate::worker::WorkerConfig;

/// Scans one source.
pub(super) struct Scanner {
    pub(super) pool: PgPool,
    pub(super) source: Source,
    pub(super) config: WorkerConfig,
    /// Notified when there are new jobs.
    pub(super) found: Arc<Notify>,
}

/// The right to scan, while the lease is renewed.
#[derive(sqlx::FromRow)]
struct Turn {
    fence: i64,
    /// Seconds since the start of the last completed scan.
    unseen_s: Option<f64>,
}

/// Why a scan failed.
#[derive(Debug, Error)]
enum ScanError {
    #[error("{0}")]
    Trigger(#[from] VisitTriggerError),
    #[error("the database cannot be used")]
    Jobs(#[from] sqlx::Error),
}

impl Scanner {
    /// Scans repeatedly, until it is dropped.
    pub(super) async fn run(&self) {
        loop {
            match self.turn().await {
                Ok(Some(turn)) => self.look(&turn).await,
                Ok(None) => tokio::time::sleep(self.config.poll).await,
                Err(_) => {
                    tracing::warn!(
                        source = self.source.name,
                        "the lease to look for visits cannot be taken"
                    );
                    tokio::time::sleep(self.config.lease).await;
                }
            }
        }
    }

    /// Takes the turn if a scan is due and no other process scans.
    async fn turn(&self) -> Result<Option<Turn>, sqlx::Error> {
        sqlx::query_as(
            "INSERT INTO hip.visit_source AS s (source, fence, lease_until) VALUES ($1, 1, now() + $2) \
             ON CONFLICT (source) DO UPDATE SET fence = s.fence + 1, lease_until = now() + $2 \
              WHERE s.due_at <= now() AND s.lease_until < now() \
             RETURNING s.fence, extract(epoch FROM now() - s.scanned_at)::float8 AS unseen_s",
        )
        .bind(&self.source.name)
        .bind(self.config.lease)
        .fetch_optional(&self.pool)
        .in_time()
        .await
    }

    async fn look(&self, turn: &Turn) {
        let outcome = tokio::select! {
            outcome = self.scan(turn) => outcome,
            // Another process has the turn.
            () = self.until_lost(turn.fence) => return,
        };
        if let Err(error) = &outcome {
            tracing::warn!(source = self.source.name, reason = %error, "a trigger table could not be read to its end");
        }
        if self.close(turn.fence, outcome.err()).await.is_err() {
            tracing::warn!(source = self.source.name, "the end of an access could not be recorded");
        }
    }

    /// Reads the table from its beginning: ids are assigned before they are committed, so a row may
    /// appear behind others that were already read.
    async fn scan(&self, turn: &Turn) -> Result<(), ScanError> {
        // After a pause the visits of the pause are included.
        let unseen = turn.unseen_s.and_then(|s| Duration::try_from_secs_f64(s).ok());
        let lookback = self.source.lookback.map(|it| it.saturating_add(unseen.unwrap_or_default()));
        let mut after = i64::MIN;
        loop {
            let rows = self.source.trigger.unprocessed(after, self.source.batch, lookback).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id;
            let is_last_page = i64::try_from(rows.len()).is_ok_and(|len| len < self.source.batch);
            if self.add(&rows).await? > 0 {
                self.found.notify_one();
            }
            if is_last_page {
                return Ok(());
            }
        }
    }

    /// Adds unknown rows; returns their number.
    async fn add(&self, rows: &[TriggerRow]) -> Result<u64, sqlx::Error> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let codes: Vec<&str> = rows.iter().map(|row| row.visit_code.as_str()).collect();
        let facilities: Vec<&str> =
            rows.iter().map(|row| row.facility.as_deref().unwrap_or_default()).collect();
        let added = sqlx::query(
            "INSERT INTO hip.visit_job (source, trigger_id, visit_code, facility_id) \
             SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[]) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&self.source.name)
        .bind(ids)
        .bind(codes)
        .bind(facilities)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(added.rows_affected())
    }

    /// Renews the lease; returns when it is lost.
    async fn until_lost(&self, fence: i64) {
        loop {
            tokio::time::sleep(self.config.lease.checked_div(3).unwrap_or_default()).await;
            let renewed = sqlx::query(
                "UPDATE hip.visit_source SET lease_until = now() + $3 WHERE source = $1 AND fence = $2",
            )
            .bind(&self.source.name)
            .bind(fence)
            .bind(self.config.lease)
            .execute(&self.pool)
            .in_time()
            .await;
            if renewed.is_ok_and(|renewed| renewed.rows_affected() == 0) {
                return;
            }
        }
    }

    /// Releases the turn. A failed scan does not count as completed.
    async fn close(&self, fence: i64, error: Option<ScanError>) -> Result<(), sqlx::Error> {
        let seen_all = error.is_none();
        sqlx::query(
            "UPDATE hip.visit_source \
                SET lease_until = '-infinity', due_at = now() + $3, last_error = $4, \
                    scanned_at = CASE WHEN $5 THEN now() ELSE scanned_at END \
              WHERE source = $1 AND fence = $2",
        )
        .bind(&self.source.name)
        .bind(fence)
        .bind(self.source.poll)
        .bind(error.map(|error| error.to_string()))
        .bind(seen_all)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}
