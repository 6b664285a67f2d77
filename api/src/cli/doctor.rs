//! `hip doctor`: what is missing before this can work, and what to do about it.
//!
//! Nothing is changed, but with `--register-url`. A check that cannot be made because an earlier one
//! failed is left out.

mod check;
mod local;
mod network;

use std::path::{Path, PathBuf};

use crate::output::{Answer, say, say_json};
use check::{Check, Outcome};

/// Options of `hip doctor`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The configuration file; an example is in `docs/hip.toml`.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Tell the gateway that callbacks go to this URL from now on, for every facility of the bridge.
    #[arg(long, value_name = "URL")]
    register_url: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: Options, data_dir: &Path) -> Answer {
    let checks = examine(&options, data_dir).await;
    let is_well = checks.iter().all(|check| check.outcome != Outcome::Failed);
    if options.json {
        say_json(&serde_json::json!({ "well": is_well, "checks": checks }));
    } else {
        for check in &checks {
            say(&check.to_string());
        }
    }
    if is_well { Answer::Yes } else { Answer::No }
}

async fn examine(options: &Options, data_dir: &Path) -> Vec<Check> {
    let (mut checks, found) = local::configuration(&options.config);
    checks.extend(local::database(data_dir).await);
    let Some((config, settings)) = found else { return checks };
    let (secrets, of_secrets) = local::secrets();
    checks.extend(of_secrets);
    checks.push(local::key_encryption_key(&config));
    checks.push(local::text_messages(&config));
    if let Some(secrets) = secrets {
        checks.extend(local::documents(&config, &secrets));
        checks.push(local::clients(&config, &secrets));
        checks.extend(local::amrit(&config, &secrets));
        let url = options.register_url.as_deref();
        checks.extend(network::gateway(&config, &settings, &secrets, url).await);
    }
    checks
}
