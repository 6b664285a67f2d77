//! `hip audit seals`, `hip audit seal`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::SealsSection;
use hip_infra::postgres::seals::{Sealer, kept};
use serde_json::json;

use super::trust;
use crate::database::{OpenLog, seals_file};
use crate::output::{ExitStatus, print_json_line, print_line};

/// Seals per query.
const PAGE: i64 = 1_000;

/// Options of `hip audit seals`.
#[derive(clap::Args)]
pub(crate) struct AuditSealsArgs {
    /// Only seals that end after this position.
    #[arg(long, default_value_t = 0)]
    after: i64,
}

/// Options of `hip audit seal`.
#[derive(clap::Args)]
pub(crate) struct SealOptions {
    /// File to publish to; default: a file in the data directory.
    #[arg(long, value_name = "FILE")]
    publish: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(options: &AuditSealsArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 1).await?;
    let mut after = options.after;
    loop {
        let page = kept(&log.pool, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.statement.to;
        for seal in &page {
            print_line(&serde_json::to_string(seal)?); // the very line that is published
        }
    }
    log.close().await;
    Ok(ExitStatus::Success)
}

pub(super) async fn seal(options: &SealOptions, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let key = trust::own_key(data_dir)?
        .context("there is no key to sign with: set HIP_SEAL_KEY, or HIP_DATA_DIR to where `hip serve` made one")?;
    let log = OpenLog::open(data_dir, 2).await?;
    let sealer = Sealer {
        pool: log.pool.clone(),
        key,
        clock: Arc::new(SystemClock),
        pace: SealsSection::default().pace(),
        journal: options.publish.clone().unwrap_or_else(|| seals_file(data_dir)),
    };
    let done = sealer.turn(true).await;
    let newest = sealer.newest().await;
    log.close().await;
    done?;
    let to = newest?.map_or(0, |seal| seal.statement.to);
    if options.json {
        print_json_line(&json!({ "sealedTo": to }));
    } else {
        print_line(&format!(
            "sealed up to position {to}, published in {}",
            sealer.journal.display()
        ));
    }
    Ok(ExitStatus::Success)
}
