//! `hip key list`.

use std::path::Path;

use hip_infra::config::{Config, Secrets};
use hip_infra::postgres::vault::{KeyWrapper, UnderKek, inventory, kek};
use serde::Serialize;
use sqlx::PgPool;

use super::{KeyArgs, configuration};
use crate::app::journal;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line, print_line};
use crate::secrets::secrets_from_env;

/// A key-encryption key, and the number of keys under it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kek {
    pub(crate) id: String,
    pub(crate) role: Role,
    #[serde(flatten)]
    pub(crate) under: UnderKek,
    /// Whether the erasure journal needs it.
    pub(crate) proves_journal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Role {
    /// The current key: it wraps new keys.
    Wraps,
    /// An older key: it only unwraps.
    Unwraps,
    /// In use, but not configured.
    Missing,
}

impl Kek {
    pub(crate) const fn is_needed(&self) -> bool {
        self.proves_journal || self.under.keys > 0 || self.under.facility_keys > 0
    }

    /// Its state, and what to do.
    pub(crate) fn describe(&self) -> String {
        let advice = match (self.role, self.is_needed()) {
            (Role::Wraps, _) => "wraps",
            (Role::Unwraps, true) => "older; `hip key rewrap` makes it needless",
            (Role::Unwraps, false) => "older; needed no more, remove it from the configuration",
            (Role::Missing, _) => "NOT CONFIGURED",
        };
        let UnderKek { keys, facility_keys } = self.under;
        format!("{}: {keys} keys, {facility_keys} of facilities; {advice}", self.id)
    }
}

pub(super) async fn run(options: &KeyArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let config = configuration(&options.config, data_dir)?;
    let secrets = secrets_from_env()?;
    let log = OpenLog::open(data_dir, 1).await?;
    let found = keks(&log.pool, &config, &secrets).await;
    log.close().await;
    let found = found?;
    for one in &found {
        if options.json {
            print_json_line(one);
        } else {
            print_line(&one.describe());
        }
    }
    let is_missing = found.iter().any(|one| one.role == Role::Missing);
    Ok(if is_missing { ExitStatus::Negative } else { ExitStatus::Success })
}

/// All that are configured or in use.
pub(crate) async fn keks(
    pool: &PgPool,
    config: &Config,
    secrets: &Secrets,
) -> anyhow::Result<Vec<Kek>> {
    let ring = kek::read(&config.keys, secrets)?;
    let mut in_use = inventory(pool).await?;
    let needed = match journal(config, &ring) {
        Some(journal) => journal.needed_keks()?,
        None => vec![],
    };
    let mut found = vec![];
    let mut add = |id: &str, role| {
        let under = in_use.remove(id).unwrap_or_default();
        let proves_journal = needed.iter().any(|needed| needed == id);
        found.push(Kek { id: id.to_owned(), role, under, proves_journal });
    };
    add(ring.kek_id(), Role::Wraps);
    for id in ring.older_ids() {
        add(id, Role::Unwraps);
    }
    for (id, under) in in_use {
        found.push(Kek { id, role: Role::Missing, under, proves_journal: false });
    }
    Ok(found)
}
