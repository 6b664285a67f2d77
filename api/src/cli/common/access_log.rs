//! Records access to patient data when a command reads it directly from the database, as the HTTP routes do.

use anyhow::Context;
use hip_commands::accountability::access_log::{AccessLogError, AccessRecorder};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::stream::StreamId;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use sqlx::PgPool;

/// Writes the access log of one command. Needs no key.
pub(crate) struct AccessLog {
    log: PgLog,
    evidence: PgHistoryReader,
}

impl AccessLog {
    /// Writes to the log of this database. Drop it before the pool is closed.
    pub(crate) fn in_log_of(pool: &PgPool) -> Self {
        Self {
            log: PgLog::without_keys(pool.clone()),
            evidence: PgHistoryReader::new(pool.clone()),
        }
    }

    /// Records access to an item of one patient.
    pub(crate) async fn at_thing(&self, view: View, of: &StreamId) -> anyhow::Result<()> {
        remembered(self.viewer().resource(&self.evidence, view, of).await)
    }

    /// Records access to items of several patients, with the selection.
    pub(crate) async fn at_list(
        &self,
        listing: Listing,
        by: &[(Filter, bool)],
    ) -> anyhow::Result<()> {
        remembered(self.viewer().list(listing, by).await)
    }

    fn viewer(&self) -> AccessRecorder<'_> {
        AccessRecorder::from_command_line(&self.log, &SystemClock, &RandomIds)
    }
}

fn remembered(done: Result<(), AccessLogError>) -> anyhow::Result<()> {
    done.context(
        "access could not be recorded, so nothing is shown: the role of DATABASE_URL must be allowed to append to \
         the log, as `hip_service` is",
    )
}
