//! `hip erasures`: the erasure journal outside the database.

use std::path::{Path, PathBuf};

use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::Config;
use hip_infra::postgres::eraser::{Journal, JournalError, Repaired};
use hip_infra::postgres::vault::kek;
use serde_json::json;
use sqlx::PgPool;

use crate::app::journal;
use crate::database::{OpenLog, erasures_file};
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::secrets::secrets_from_env;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Verify that every line of the journal is unchanged and none is missing. Exit 1 if not.
    Check(ErasuresArgs),
    /// Make the journal anew of the lines that can be relied upon, for when it cannot be brought back as it
    /// was. You answer for what is missing in it: patients whose line is missing come back with an older
    /// backup. The old file stays beside the new one. Stop `hip serve` first.
    ///
    /// A journal of an earlier version, whose lines have no proof, is taken over whole: look at it before.
    Repair(ErasuresArgs),
}

#[derive(clap::Args)]
pub(crate) struct ErasuresArgs {
    /// The configuration of `hip serve`.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let (Command::Check(options) | Command::Repair(options)) = &command;
    let mut config = Config::read(&options.config)?;
    config.erasure.journal.get_or_insert_with(|| erasures_file(data_dir));
    let secrets = secrets_from_env()?;
    let log = OpenLog::open(data_dir, 1).await?;
    let ring = kek::open_existing(&log.pool, &config.keys, &secrets).await?;
    let answer = match (journal(&config, &ring), &command) {
        (None, _) => Ok(ExitStatus::Success),
        (Some(journal), Command::Check(options)) => check(&journal, &log.pool, options).await,
        (Some(journal), Command::Repair(options)) => repair(&journal, &log.pool, options).await,
    };
    log.close().await;
    answer
}

async fn check(
    journal: &Journal,
    pool: &PgPool,
    options: &ErasuresArgs,
) -> anyhow::Result<ExitStatus> {
    let path = journal.path().display().to_string();
    match journal.verified(pool).await {
        Ok(lines) => {
            if options.json {
                print_json_line(&json!({ "journal": path, "sound": true, "lines": lines }));
            } else {
                print_line(&format!("{path}: {lines} lines, each as it was written"));
            }
            Ok(ExitStatus::Success)
        }
        Err(error @ (JournalError::File { .. } | JournalError::Database(_))) => Err(error.into()),
        Err(error @ (JournalError::Faults { .. } | JournalError::Missing { .. })) => {
            if options.json {
                let faults = faults(&error);
                print_json_line(&json!({ "journal": path, "sound": false, "faults": faults }));
            } else {
                print_error(&error.to_string());
            }
            Ok(ExitStatus::Negative)
        }
    }
}

fn faults(error: &JournalError) -> Vec<serde_json::Value> {
    match error {
        JournalError::Faults { faults, .. } => faults
            .iter()
            .map(|(line, fault)| json!({ "line": line, "fault": fault.to_string() }))
            .collect(),
        JournalError::Missing { lines, .. } => {
            vec![json!({ "line": lines, "fault": "lines up to this one are missing or others" })]
        }
        JournalError::File { .. } | JournalError::Database(_) => vec![],
    }
}

async fn repair(
    journal: &Journal,
    pool: &PgPool,
    options: &ErasuresArgs,
) -> anyhow::Result<ExitStatus> {
    let Repaired { kept, dropped, old } = journal.repair(pool, SystemClock.now()).await?;
    let path = journal.path().display().to_string();
    let old = old.map(|old| old.display().to_string());
    if options.json {
        let dropped: Vec<_> = dropped
            .iter()
            .map(|(line, fault)| json!({ "line": line, "fault": fault.to_string() }))
            .collect();
        print_json_line(&json!({ "journal": path, "kept": kept, "dropped": dropped, "old": old }));
        return Ok(ExitStatus::Success);
    }
    for (line, fault) in &dropped {
        print_error(&format!("line {line} {fault}; it is not in the new file as it was"));
    }
    print_line(&format!("{path}: {kept} erasures"));
    if let Some(old) = old {
        print_line(&format!("the old file is {old}"));
    }
    Ok(ExitStatus::Success)
}
