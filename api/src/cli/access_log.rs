//! What a command shows of a person out of the database itself is remembered first, as the doors do it.

use anyhow::Context;
use hip_commands::accountability::access_log::{AccessLogError, AccessRecorder};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::stream::StreamId;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use sqlx::PgPool;

/// Where the looks of one command are remembered. It needs no key.
pub(crate) struct AccessLog {
    log: PgLog,
    evidence: PgHistoryReader,
}

impl AccessLog {
    /// In the log of this database. To be dropped before the pool is closed.
    pub(crate) fn in_log_of(pool: &PgPool) -> Self {
        Self {
            log: PgLog::without_keys(pool.clone()),
            evidence: PgHistoryReader::new(pool.clone()),
        }
    }

    /// Something of one person is about to be shown.
    pub(crate) async fn at_thing(&self, view: View, of: &StreamId) -> anyhow::Result<()> {
        remembered(self.viewer().resource(&self.evidence, view, of).await)
    }

    /// Something of many persons is about to be shown, selected by what of this was said.
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
