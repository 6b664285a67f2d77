//! `hip outbox check`: whether each event has its tasks.

use std::path::Path;

use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::postgres::queries::missing_tasks::check;

use crate::database::OpenLog;
use crate::output::{ExitStatus, print_line};

/// Commands on the tasks that follow from events.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Compare the tasks with the events of the last six days. The exit code is 1 if one is missing.
    Check {
        /// Store missing tasks. They are then run.
        #[arg(long)]
        repair: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let Command::Check { repair } = command;
    let log = OpenLog::open(data_dir, 2).await?;
    let checked = check(&log.pool, SystemClock.now(), repair).await;
    log.close().await;
    let checked = checked?;
    for task in &checked.missing {
        print_line(&format!("{:>8}  {}: {} is missing", task.position, task.event, task.kind));
    }
    let count = checked.missing.len();
    let end = if repair && count > 0 { "; they are stored now" } else { "" };
    print_line(&format!("{} events, {count} missing tasks{end}", checked.event_count));
    Ok(if count == 0 || repair { ExitStatus::Success } else { ExitStatus::Negative })
}
