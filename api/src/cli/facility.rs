//! `hip facility pause|resume|rename|list`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::port::Ids;
use hip_commands::visits::facility_pause;
use hip_domain::facility::FacilityCommand;
use hip_domain::id::FacilityId;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::facility_ids::{self, Renames};
use hip_infra::postgres::queries::facility_intake::{self, Intake};
use hip_infra::postgres::vault::{NoKey, PgVault};
use sqlx::PgPool;

use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Fetching of a facility's visits, and its id in the network.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Stop fetching visits of a facility until it is resumed. Waiting visits keep waiting; pushed visits are accepted.
    Pause {
        /// The facility's id.
        id: String,
        /// Reason. It stays in the log, so it must not contain personal data.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Resume fetching of waiting and new visits.
    Resume {
        /// The facility's id.
        id: String,
    },
    /// Record a corrected service id: the facility's data in the log continues under the
    /// new one. Then set the new id in the configuration and restart `hip serve`. Callbacks with
    /// the old id are still understood.
    Rename {
        /// The previous id.
        old: String,
        /// The new id, as `bridge-services` lists it.
        new: String,
    },
    /// List facilities that were ever paused or have waiting visits.
    List {
        /// Print one JSON object per facility.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let answer = answer(command, &log.pool).await;
    log.close().await;
    answer
}

async fn answer(command: Command, pool: &PgPool) -> anyhow::Result<ExitStatus> {
    let renames = Renames::read(pool).await?;
    let read = |id: &str| FacilityId::parse(id).context("the facility's id");
    match command {
        Command::Pause { id, reason } => {
            let facility = renames.first_of(&read(&id)?).clone();
            let command = FacilityCommand::PauseIntake { facility: facility.clone(), reason };
            decide(pool, &facility, command, &format!("{id}: paused")).await
        }
        Command::Resume { id } => {
            let facility = renames.first_of(&read(&id)?).clone();
            let command = FacilityCommand::ResumeIntake { facility: facility.clone() };
            decide(pool, &facility, command, &format!("{id}: resumed")).await
        }
        Command::Rename { old, new } => {
            let (old, new) = (read(&old)?, read(&new)?);
            let first = renames.first_of(&old).clone();
            if let Some(why) = refusal(pool, &renames, (&old, &first), &new).await? {
                print_error(&why);
                return Ok(ExitStatus::Negative);
            }
            let command = FacilityCommand::Rename { facility: first.clone(), to: new.clone() };
            let answer = decide(pool, &first, command, &format!("{old}: is {new} now")).await?;
            print_line(&format!(
                "set id = \"{new}\" in its [[facility]], and start `hip serve` again"
            ));
            Ok(answer)
        }
        Command::List { json } => list(pool, json).await,
    }
}

/// Why a facility cannot be renamed to `new`.
async fn refusal(
    pool: &PgPool,
    renames: &Renames,
    (old, first): (&FacilityId, &FacilityId),
    new: &FacilityId,
) -> anyhow::Result<Option<String>> {
    let of_another = renames.first_of(new);
    if of_another == first {
        return Ok(None);
    }
    if of_another != new {
        return Ok(Some(format!("{new} is what the facility {of_another} was renamed to")));
    }
    let visits = facility_ids::visits(pool, new).await?;
    if visits > 0 {
        return Ok(Some(format!(
            "{new} has {visits} visits of its own in the log: two facilities cannot become one"
        )));
    }
    let visits = facility_ids::visits(pool, first).await?;
    Ok((visits == 0).then(|| format!("nothing is known of {old}: there is nothing to carry over")))
}

async fn decide(
    pool: &PgPool,
    facility: &FacilityId,
    command: FacilityCommand,
    outcome: &str,
) -> anyhow::Result<ExitStatus> {
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(NoKey)));
    let log = Arc::new(PgLog::start(pool.clone(), pool.clone(), vault));
    let dispatcher = Dispatcher::new(log, None);
    let wish = RandomIds.random();
    if facility_pause::decide(&dispatcher, facility, command, wish).await? {
        print_line(outcome);
    } else {
        print_line(&format!("{outcome} already, nothing changed"));
    }
    Ok(ExitStatus::Success)
}

async fn list(pool: &PgPool, as_json: bool) -> anyhow::Result<ExitStatus> {
    let listed = facility_intake::all(pool).await?;
    if as_json {
        listed.iter().for_each(print_json_line);
        return Ok(ExitStatus::Success);
    }
    print_line(&format!("{:<24} {:<8} {:>8} {:>8}  since", "facility", "intake", "due", "dead"));
    for Intake { facility_id, paused, reason, changed_at, due, dead } in listed {
        let intake = if paused { "paused" } else { "open" };
        let since = changed_at.map(|at| at.format("%F %T UTC").to_string());
        let since = since.unwrap_or_else(|| "–".to_owned());
        print_line(&format!("{facility_id:<24} {intake:<8} {due:>8} {dead:>8}  {since}"));
        if let Some(reason) = reason {
            print_line(&format!("  {reason}"));
        }
    }
    Ok(ExitStatus::Success)
}
