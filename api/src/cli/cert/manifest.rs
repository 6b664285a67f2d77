//! `hip cert manifest`: NHA's evidence manifest, from the log alone.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use hip_commands::operations::certification::{CaseOutcome, Entity, manifest};
use hip_commands::settings::{Facility, Settings};
use hip_domain::id::FacilityId;
use hip_infra::config::Config;
use hip_infra::postgres;
use hip_infra::postgres::event_store::LogReader;
use hip_infra::postgres::queries::facility_ids::Renames;
use url::Url;

use super::evidence::{Attachment, Part, named, read};
use crate::database::Database;
use crate::output::{ExitStatus, print_error, print_json_line};

/// Options of `hip cert manifest`.
#[derive(clap::Args)]
pub(crate) struct CertManifestArgs {
    /// The configuration file of the run: its facility and client id are in the manifest.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Callback URL of the run.
    #[arg(long, value_name = "URL")]
    callback_url: Url,
    /// Which facility's run, when several are configured.
    #[arg(long)]
    facility: Option<String>,
    /// What kind of applicant you are.
    #[arg(long, default_value = "private")]
    entity: String,
    /// Beginning of the run: 2026-11-20T05:00:00Z. The first event, when absent.
    #[arg(long, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// End of the run; default: the last event.
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// Screenshot for a case that requires one, such as `USER_INIT_LINK_607=app.png`.
    #[arg(long = "attachment", value_name = "CASE=FILE")]
    attachments: Vec<Attachment>,
}

/// The result is negative if a case failed.
pub(super) async fn run(options: &CertManifestArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let mut config = Config::read(&options.config)?;
    let database = Database::open(data_dir).await?;
    let pool = postgres::connect(database.url(), 2).await?;
    config.renames = Renames::read(&pool).await?;
    let facility = chosen(&config.settings()?, options.facility.as_deref())?;
    let (facility, service_id) = (facility.id, facility.service_id);
    let part = Part { after: 0, since: options.since, until: options.until };
    let ledger = read(&LogReader::new(pool.clone()), facility.clone(), &part).await;
    pool.close().await;
    database.close().await;
    let entity = Entity {
        kind: options.entity.clone(),
        hip_id: service_id.to_string(),
        callback_url: options.callback_url.as_str().trim_end_matches('/').to_owned(),
        client_id: config.gateway.client_id.clone(),
    };
    let manifest = manifest(entity, &ledger?, &named(&options.attachments));
    print_json_line(&manifest);
    for line in manifest.summary() {
        print_error(&line);
    }
    let has_failed = manifest.cases.iter().any(|case| case.outcome == CaseOutcome::Failed);
    Ok(if has_failed { ExitStatus::Negative } else { ExitStatus::Success })
}

fn chosen(settings: &Settings, wanted: Option<&str>) -> anyhow::Result<Facility> {
    let Some(wanted) = wanted else {
        let [only] = settings.facilities.as_slice() else {
            bail!("several facilities are configured: name one, --facility …");
        };
        return Ok(only.clone());
    };
    let found = FacilityId::parse(wanted).ok().and_then(|id| settings.facility_named(&id));
    Ok(found.with_context(|| format!("no facility {wanted} is configured"))?.clone())
}
