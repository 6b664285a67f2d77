//! Key-encryption keys, and the erasure journal that they prove.

use hip_infra::config::{Config, Secrets};
use hip_infra::health::readiness::{Unready, look};
use hip_infra::postgres::vault::{KekError, KeyRing, KeyWrapper, kek};
use sqlx::PgPool;

use super::check::Check;
use crate::app::journal;
use crate::cli::key::list::{Kek, Role, keks};

const NAME: &str = "key-encryption key";

/// Without a database it checks only that they can be read.
pub(super) async fn check(config: &Config, secrets: &Secrets, pool: Option<&PgPool>) -> Vec<Check> {
    let ring = match kek::read(&config.keys, secrets) {
        Ok(ring) => ring,
        Err(error) => return vec![unreadable(&error, config, secrets, pool).await],
    };
    let mut checks = vec![Check::ok(NAME, format!("{} can be read", ring.kek_id()))];
    let Some(pool) = pool else { return checks };
    match keks(pool, config, secrets).await {
        Ok(found) => checks.extend(found.iter().map(judged)),
        Err(error) => {
            let cure = "check DATABASE_URL, and that this user may read the journal of erasures";
            checks.push(Check::failed(NAME, format!("{error:#}"), cure));
        }
    }
    checks.extend(journal_of_erasures(config, &ring, pool).await);
    checks.extend(readiness(&ring, pool).await);
    checks
}

/// A missing file is created by the first `hip serve`, not here, and only for an empty vault.
async fn unreadable(
    error: &KekError,
    config: &Config,
    secrets: &Secrets,
    pool: Option<&PgPool>,
) -> Check {
    let is_missing =
        secrets.kek.is_none() && config.keys.file.as_ref().is_some_and(|it| !it.exists());
    let Some(path) = config.keys.file.as_ref().filter(|_| is_missing) else {
        let cure = "set HIP_KEK, or file in section [keys]; a key is 32 bytes in base64";
        return Check::failed(NAME, error.to_string(), cure);
    };
    let cure = "bring back the file that belongs to the database; a new one could open nothing";
    match pool {
        Some(pool) if kek::is_new_vault(pool).await.unwrap_or(false) => {
            let what = format!("{} is made at the first start", path.display());
            let cure = "keep a copy of it, apart from the database";
            Check::warning(NAME, what, cure)
        }
        Some(_) => {
            let what = format!("{} is missing, and the database has keys already", path.display());
            Check::failed(NAME, what, cure)
        }
        None => Check::warning(NAME, format!("{} is missing", path.display()), cure),
    }
}

fn judged(kek: &Kek) -> Check {
    let what = kek.describe();
    match kek.role {
        Role::Wraps => Check::ok(NAME, what),
        Role::Unwraps if kek.is_needed() => {
            Check::warning(NAME, what, "run `hip key rewrap` with this configuration")
        }
        Role::Unwraps => Check::warning(
            NAME,
            what,
            "take it out of [keys] older_files or HIP_KEK_OLDER, and keep it with the backups that need it",
        ),
        Role::Missing => {
            let cure = "configure it: as HIP_KEK or [keys] file, or among the older ones";
            Check::failed(NAME, what, cure)
        }
    }
}

/// Reasons why `hip serve` would not be ready.
async fn readiness(ring: &KeyRing, pool: &PgPool) -> Vec<Check> {
    const NAME: &str = "ready";
    let unready = look(pool, ring).await.unready;
    if unready.is_empty() {
        return vec![Check::ok(NAME, "the log has room, and its readers keep up with it")];
    }
    let told = unready.into_iter().map(|unready| {
        let cure = match unready {
            Unready::Database | Unready::Writer => "check DATABASE_URL and that its server runs",
            Unready::ReaderHalted { .. } => "mend the cause, then start `hip serve` again",
            Unready::ReaderBehind { .. } => "start `hip serve`; if it runs, see what its log says",
            Unready::LogFull { .. } => "start `hip serve`, which makes partitions of the log",
            Unready::KeyEncryptionKey => {
                "configure it: as HIP_KEK or [keys] file, or among the older ones"
            }
        };
        Check::failed(NAME, unready.to_string(), cure)
    });
    told.collect()
}

async fn journal_of_erasures(config: &Config, ring: &KeyRing, pool: &PgPool) -> Option<Check> {
    const NAME: &str = "journal of erasures";
    let journal = journal(config, ring)?;
    let shown = journal.path().display();
    Some(match journal.verified(pool).await {
        Ok(lines) => Check::ok(NAME, format!("{shown}: {lines} lines, each as it was written")),
        Err(error) => {
            let cure = "put back the file as hip left it; if that cannot be, `hip erasures repair`";
            Check::failed(NAME, error.to_string(), cure)
        }
    })
}
