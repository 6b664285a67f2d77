//! `hip doctor`: what is missing before the service can work, and what to do.
//!
//! Changes nothing, except with `--register-url`. A check that depends on a failed one
//! is left out.

mod check;
mod durability;
mod keys;
mod local;
mod network;
mod readers;
mod trust;

use std::path::{Path, PathBuf};

use hip_commands::settings::Settings;
use hip_infra::config::Config;

use crate::database::erasures_file;
use crate::output::{ExitStatus, print_json_line, print_line};
use check::{Check, CheckResult};

/// Options of `hip doctor`.
#[derive(clap::Args)]
pub(crate) struct DoctorArgs {
    /// The configuration file; an example is in `docs/hip.toml`.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Set the callback URL at the gateway, for every facility of the bridge.
    #[arg(long, value_name = "URL")]
    register_url: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: DoctorArgs, data_dir: &Path) -> ExitStatus {
    let checks = examine(&options, data_dir).await;
    let is_well = checks.iter().all(|check| check.outcome != CheckResult::Failed);
    if options.json {
        print_json_line(&serde_json::json!({ "well": is_well, "checks": checks }));
    } else {
        for check in &checks {
            print_line(&check.to_string());
        }
    }
    if is_well { ExitStatus::Success } else { ExitStatus::Negative }
}

async fn examine(options: &DoctorArgs, data_dir: &Path) -> Vec<Check> {
    let (mut checks, found) = local::configuration(&options.config);
    let (database, of_database) = local::database(data_dir).await;
    checks.extend(of_database);
    if let Some(open) = &database {
        checks.push(local::room(&open.pool).await);
        checks.push(durability::check(&open.pool).await);
        checks.extend(readers::check(&open.pool).await);
    }
    if let Some((mut config, mut settings)) = found {
        if let Some(open) = &database {
            checks.extend(local::orphans(&open.pool, &mut config, &mut settings).await);
        }
        config.erasure.journal.get_or_insert_with(|| erasures_file(data_dir));
        checks.extend(configured(options, &config, &settings, database.as_ref()).await);
    }
    if let Some(local::Open { database, pool }) = database {
        pool.close().await;
        database.close().await;
    }
    checks
}

/// Checks that need a configuration.
async fn configured(
    options: &DoctorArgs,
    config: &Config,
    settings: &Settings,
    database: Option<&local::Open>,
) -> Vec<Check> {
    let (secrets, mut checks) = local::secrets();
    checks.push(trust::pages(config));
    checks.push(trust::consents(settings.require_consent_signature));
    checks.push(local::text_messages(config));
    if let Some(secrets) = secrets {
        checks.extend(keys::check(config, &secrets, database.map(|open| &open.pool)).await);
        checks.extend(local::documents(config, &secrets));
        checks.push(local::clients(config, &secrets));
        checks.extend(local::amrit(config, &secrets));
        checks.extend(trust::callbacks(config, &secrets));
        let url = options.register_url.as_deref();
        checks.extend(network::gateway(config, settings, &secrets, url).await);
    }
    checks
}
