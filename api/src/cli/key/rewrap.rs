//! `hip key rewrap`.

use std::path::Path;

use anyhow::Context;
use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::Config;
use hip_infra::postgres::vault::{
    KeyRing, KeyWrapper, Rewrapped, UnderKek, inventory, kek, rewrap,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sqlx::PgPool;

use super::{KeyArgs, configuration};
use crate::app::journal;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::secrets::secrets_from_env;

pub(super) async fn run(options: &KeyArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let config = configuration(&options.config, data_dir)?;
    let secrets = secrets_from_env()?;
    let log = OpenLog::open(data_dir, 2).await?;
    let ring = kek::open_existing(&log.pool, &config.keys, &secrets).await?;
    let done = all(&log.pool, &config, &ring).await;
    log.close().await;
    let (Rewrapped { keys, damaged }, left) = done?;
    let kek_id = ring.kek_id();
    if options.json {
        print_json_line(
            &json!({ "kek": kek_id, "rewrapped": keys, "damaged": damaged, "left": left }),
        );
    } else {
        print_line(&format!("{keys} keys were wrapped anew and lie under {kek_id}"));
    }
    if damaged > 0 {
        print_error(&format!("{damaged} keys could not be unwrapped and stay as they are"));
    }
    if left > 0 {
        print_error(&format!("{left} keys lie under older key-encryption keys; run this again"));
        return Ok(ExitStatus::Negative);
    }
    if !options.json && !ring.older_ids().is_empty() {
        print_line(&format!("no longer needed: {}", ring.older_ids().join(", ")));
    }
    Ok(ExitStatus::Success)
}

/// Rewraps all keys, then proves the erasure journal again; returns the result, and the number of keys left.
async fn all(pool: &PgPool, config: &Config, ring: &KeyRing) -> anyhow::Result<(Rewrapped, u64)> {
    let bar = ProgressBar::new(count_under_others(pool, ring).await?).with_style(
        ProgressStyle::with_template("{wide_bar} {pos}/{len} keys, {per_sec}, {eta} left")?,
    );
    let done = rewrap(pool, ring, &|keys| bar.set_position(keys)).await;
    bar.finish_and_clear();
    let done = done?;
    if let Some(journal) = journal(config, ring) {
        let vouched = journal.vouch_anew(pool, SystemClock.now()).await;
        vouched.context("the journal of erasures still needs the older key-encryption keys")?;
    }
    Ok((done, count_under_others(pool, ring).await?))
}

async fn count_under_others(pool: &PgPool, ring: &KeyRing) -> anyhow::Result<u64> {
    let others = inventory(pool).await?.into_iter().filter(|(id, _)| id != ring.kek_id());
    let count: i64 = others.map(|(_, UnderKek { keys, facility_keys })| keys + facility_keys).sum();
    Ok(u64::try_from(count).unwrap_or_default())
}
