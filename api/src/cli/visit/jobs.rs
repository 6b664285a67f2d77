//! `hip visit jobs`: visits to fetch, and what blocks them.

use std::path::Path;

use anyhow::bail;
use hip_domain::access::{Filter, Listing};
use hip_infra::worker::visit_jobs::{self, Job, State};
use sqlx::PgPool;

use crate::cli::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Jobs to fetch visits.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct VisitJobsArgs {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only those in this state; default: all that are not done.
    #[arg(long, value_enum)]
    state: Option<StateOption>,
    /// Maximum number, the oldest first.
    #[arg(long, default_value_t = 1000)]
    limit: i64,
    /// Print one JSON object per job.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Retry jobs that were given up.
    Retry {
        /// Ids as in the list: `amrit:4711`.
        #[arg(required_unless_present = "all_dead")]
        ids: Vec<String>,
        /// Retry all that were given up.
        #[arg(long, conflicts_with = "ids")]
        all_dead: bool,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum StateOption {
    Due,
    Done,
    Dead,
}

impl From<StateOption> for State {
    fn from(option: StateOption) -> Self {
        match option {
            StateOption::Due => Self::Due,
            StateOption::Done => Self::Done,
            StateOption::Dead => Self::Dead,
        }
    }
}

pub(super) async fn run(options: VisitJobsArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let answer = match &options.command {
        None => list(&log.pool, &options).await,
        Some(Command::Retry { ids, .. }) if !ids.is_empty() => retry(&log.pool, ids).await,
        Some(Command::Retry { .. }) => retry_all(&log.pool).await,
    };
    log.close().await;
    answer
}

async fn list(pool: &PgPool, options: &VisitJobsArgs) -> anyhow::Result<ExitStatus> {
    let jobs = visit_jobs::jobs(pool, options.state.map(State::from), options.limit).await?;
    if !jobs.is_empty() {
        let by = [(Filter::Status, options.state.is_some())];
        AccessLog::in_log_of(pool).at_list(Listing::VisitJobs, &by).await?;
    }
    if options.json {
        jobs.iter().for_each(print_json_line);
        return Ok(ExitStatus::Success);
    }
    print_line(&format!(
        "{:<24} {:<20} {:<16} {:<7} {:>8}  next attempt",
        "job", "visit", "facility", "state", "attempts"
    ));
    jobs.iter().for_each(print);
    Ok(ExitStatus::Success)
}

fn print(job: &Job) {
    let id = format!("{}:{}", job.source, job.trigger_id);
    let facility = job.facility_id.as_deref().unwrap_or("–");
    let state = if job.paused { "paused" } else { &job.state };
    let next = job.next_attempt_at.filter(|_| !job.paused);
    let next = next.map_or_else(|| "–".to_owned(), |at| at.format("%F %T UTC").to_string());
    let Job { visit_code, attempts, .. } = job;
    print_line(&format!(
        "{id:<24} {visit_code:<20} {facility:<16} {state:<7} {attempts:>8}  {next}"
    ));
    if let Some(reason) = &job.reason {
        print_line(&format!("  {reason}"));
    }
}

async fn retry(pool: &PgPool, ids: &[String]) -> anyhow::Result<ExitStatus> {
    let mut answer = ExitStatus::Success;
    for id in ids {
        let (source, number) = match id.rsplit_once(':') {
            Some((source, number)) => (Some(source), number),
            None => (None, id.as_str()),
        };
        let Ok(trigger_id) = number.parse() else {
            bail!("{id} is no job; the list shows them as SOURCE:NUMBER");
        };
        if visit_jobs::retry(pool, source, trigger_id).await? {
            print_line(&format!("{id}: due again"));
        } else {
            print_error(&format!("{id}: no such job was given up"));
            answer = ExitStatus::Negative;
        }
    }
    Ok(answer)
}

async fn retry_all(pool: &PgPool) -> anyhow::Result<ExitStatus> {
    let count = visit_jobs::retry_all_dead(pool).await?;
    print_line(&format!("{count} due again"));
    Ok(ExitStatus::Success)
}
