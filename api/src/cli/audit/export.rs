//! `hip audit export`: who saw what, one JSON object a line.

use std::path::Path;

use hip_commands::accountability::audit::{Export, audit_event};
use hip_commands::log::codec;
use hip_domain::access::{Filter, Listing};
use hip_infra::postgres::event_store::LogReader;
use hip_infra::postgres::queries::evidence::PgEvidence;
use serde_json::json;
use sqlx::PgPool;

use crate::cli::looks::Looks;
use crate::database::OpenLog;
use crate::output::{Answer, say_json};

/// Options of `hip audit export`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only what stands after this position.
    #[arg(long, default_value_t = 0)]
    after: i64,
    /// Form of a line.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Our own: one object a line.
    Ndjson,
    /// A FHIR R4 `AuditEvent` a line.
    Fhir,
}

pub(super) async fn run(options: &Options, data_dir: &Path) -> anyhow::Result<Answer> {
    let log = OpenLog::open(data_dir, 2).await?;
    let exported = export(&log.pool, options).await;
    log.close().await;
    exported.map(|()| Answer::Yes)
}

async fn export(pool: &PgPool, options: &Options) -> anyhow::Result<()> {
    let by = [(Filter::Period, options.after > 0)];
    let (looks, mut is_seen) = (Looks::in_log_of(pool), false);
    let (log, evidence) = (LogReader::new(pool.clone()), PgEvidence::new(pool.clone()));
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
                Format::Ndjson => say_json(&json!(line)),
                Format::Fhir => say_json(&audit_event(&line)),
            }
        }
    }
    Ok(())
}
