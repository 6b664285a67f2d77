//! `hip audit export`: disclosures and accesses, one JSON object per line.

use std::path::Path;

use hip_commands::accountability::audit::{Export, audit_event};
use hip_commands::log::codec;
use hip_domain::access::{Filter, Listing};
use hip_infra::postgres::event_store::LogReader;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use serde_json::json;
use sqlx::PgPool;

use crate::cli::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line};

/// Options of `hip audit export`.
#[derive(clap::Args)]
pub(crate) struct AuditExportArgs {
    /// Only events after this position.
    #[arg(long, default_value_t = 0)]
    after: i64,
    /// Format of a line.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Our own format: one object per line.
    Ndjson,
    /// A FHIR R4 `AuditEvent` per line.
    Fhir,
}

pub(super) async fn run(options: &AuditExportArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let exported = export(&log.pool, options).await;
    log.close().await;
    exported.map(|()| ExitStatus::Success)
}

async fn export(pool: &PgPool, options: &AuditExportArgs) -> anyhow::Result<()> {
    let by = [(Filter::Period, options.after > 0)];
    let (looks, mut is_seen) = (AccessLog::in_log_of(pool), false);
    let (log, evidence) = (LogReader::new(pool.clone()), PgHistoryReader::new(pool.clone()));
    let mut export = Export::new(&evidence);
    let mut pages = log.pages(options.after);
    while let Some(page) = pages.next().await? {
        for stored in &page {
            let Some(line) = export.line(&codec::decode(stored)?).await? else { continue };
            if !is_seen {
                looks.at_list(Listing::Accesses, &by).await?;
                is_seen = true;
            }
            match options.format {
                Format::Ndjson => print_json_line(&json!(line)),
                Format::Fhir => print_json_line(&audit_event(&line)),
            }
        }
    }
    Ok(())
}
