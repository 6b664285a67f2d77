//! `hip hiu trust|distrust|list`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::port::Ids;
use hip_commands::sharing::hiu_trust;
use hip_domain::hiu::HiuCommand;
use hip_domain::id::{HiuId, PushHost};
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::trusted_hius;
use hip_infra::postgres::vault::{NoKey, PgVault};
use serde_json::json;
use sqlx::PgPool;

use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Which health information users (HIUs) are shown our session token with their pages.
///
/// Some HIUs refuse pages that come without it. Anyone who has it can act as this bridge for twenty
/// minutes, so trust only HIUs whose operator you know.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Trust a host of an HIU. Pages that it rejected with 401 are sent again.
    Trust {
        /// The HIU's id, as in consents.
        id: String,
        /// The host of its push URL, such as hiu.example.org, or hiu.example.org:8443.
        #[arg(long)]
        host: String,
    },
    /// Stop trusting all hosts of an HIU.
    Distrust {
        /// The HIU's id.
        id: String,
    },
    /// List trusted HIUs with their hosts.
    List {
        /// Print one JSON object per HIU.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let answer = match command {
        Command::Trust { id, host } => trust(&log.pool, id, &host).await,
        Command::Distrust { id } => distrust(&log.pool, id).await,
        Command::List { json } => list(&log.pool, json).await,
    };
    log.close().await;
    answer
}

fn dispatcher(pool: &PgPool) -> Dispatcher {
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(NoKey)));
    Dispatcher::new(Arc::new(PgLog::start(pool.clone(), pool.clone(), vault)), None)
}

async fn trust(pool: &PgPool, id: String, host: &str) -> anyhow::Result<ExitStatus> {
    let hiu = HiuId::parse(id).context("the HIU's id")?;
    let host = PushHost::parse(host.to_ascii_lowercase()).context("--host")?;
    let command = HiuCommand::Trust { hiu: hiu.clone(), host: host.clone() };
    let changed = hiu_trust::decide(&dispatcher(pool), &hiu, command, RandomIds.random()).await?;
    let already = if changed { "" } else { " already" };
    print_line(&format!("{hiu}: pages for https://{host} carry our session token{already}"));
    Ok(ExitStatus::Success)
}

async fn distrust(pool: &PgPool, id: String) -> anyhow::Result<ExitStatus> {
    let hiu = HiuId::parse(id).context("the HIU's id")?;
    let command = HiuCommand::Distrust { hiu: hiu.clone() };
    let changed = hiu_trust::decide(&dispatcher(pool), &hiu, command, RandomIds.random()).await?;
    let already = if changed { "" } else { ", as before" };
    print_line(&format!("{hiu}: no page carries our session token{already}"));
    Ok(ExitStatus::Success)
}

async fn list(pool: &PgPool, as_json: bool) -> anyhow::Result<ExitStatus> {
    for (id, hosts) in trusted_hius::read(pool).await? {
        let hosts: Vec<&str> = hosts.iter().map(PushHost::as_str).collect();
        if as_json {
            print_json_line(&json!({ "hiuId": id.as_str(), "hosts": hosts }));
        } else {
            print_line(&format!("{id:<32} {}", hosts.join(", ")));
        }
    }
    Ok(ExitStatus::Success)
}
