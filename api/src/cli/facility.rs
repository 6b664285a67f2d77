//! `hip facility pause|resume|list`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use hip_commands::dispatch::Dispatcher;
use hip_commands::facility_intake;
use hip_commands::port::Ids;
use hip_domain::facility::FacilityCommand;
use hip_domain::id::FacilityId;
use hip_infra::event_store::PgLog;
use hip_infra::ids::RandomIds;
use hip_infra::postgres;
use hip_infra::vault::{NoKey, PgVault};
use sqlx::PgPool;

use crate::database::Database;
use crate::output::{Answer, say, say_json};

/// Whether the visits of a facility are fetched. What is pushed is taken in any case.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Fetch nothing of a facility until it is resumed. What waits, waits on.
    Pause {
        /// The facility's id.
        id: String,
        /// Why; it is kept in the log, so nothing personal.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Fetch what waits, and what comes.
    Resume {
        /// The facility's id.
        id: String,
    },
    /// Facilities that were ever paused or have visits waiting.
    List {
        /// Print one JSON object a facility.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<Answer> {
    let database = Database::open(data_dir).await?;
    let pool = postgres::connect(database.url(), 2).await?;
    let answer = match command {
        Command::Pause { id, reason } => {
            let facility = FacilityId::parse(id).context("the facility's id")?;
            let command = FacilityCommand::PauseIntake { facility: facility.clone(), reason };
            decide(&pool, &facility, command, "paused").await
        }
        Command::Resume { id } => {
            let facility = FacilityId::parse(id).context("the facility's id")?;
            let command = FacilityCommand::ResumeIntake { facility: facility.clone() };
            decide(&pool, &facility, command, "resumed").await
        }
        Command::List { json } => list(&pool, json).await,
    };
    pool.close().await;
    database.close().await;
    answer
}

async fn decide(
    pool: &PgPool,
    facility: &FacilityId,
    command: FacilityCommand,
    outcome: &str,
) -> anyhow::Result<Answer> {
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(NoKey)));
    let log = Arc::new(PgLog::start(pool.clone(), pool.clone(), vault));
    let dispatcher = Dispatcher::new(log, None);
    let wish = RandomIds.random();
    if facility_intake::decide(&dispatcher, facility, command, wish).await? {
        say(&format!("{facility}: {outcome}"));
    } else {
        say(&format!("{facility}: {outcome} already, nothing changed"));
    }
    Ok(Answer::Yes)
}

#[derive(serde::Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
struct Listed {
    facility_id: String,
    paused: bool,
    reason: Option<String>,
    changed_at: Option<DateTime<Utc>>,
    due: i64,
    dead: i64,
}

async fn list(pool: &PgPool, json: bool) -> anyhow::Result<Answer> {
    let listed: Vec<Listed> = sqlx::query_as(
        "SELECT facility_id, coalesce(i.paused, false) AS paused, i.reason, i.changed_at, \
                coalesce(j.due, 0) AS due, coalesce(j.dead, 0) AS dead \
           FROM hip.facility_intake i \
           FULL JOIN (SELECT facility_id, count(*) FILTER (WHERE state = 'due') AS due, \
                             count(*) FILTER (WHERE state = 'dead') AS dead \
                        FROM hip.visit_job WHERE state <> 'done' AND facility_id <> '' \
                       GROUP BY facility_id) j USING (facility_id) \
          ORDER BY facility_id",
    )
    .fetch_all(pool)
    .await?;
    if json {
        listed.iter().for_each(say_json);
        return Ok(Answer::Yes);
    }
    say(&format!("{:<24} {:<8} {:>8} {:>8}  since", "facility", "intake", "due", "dead"));
    for one in &listed {
        let intake = if one.paused { "paused" } else { "open" };
        let since = one.changed_at.map(|at| at.format("%F %T UTC").to_string());
        let since = since.unwrap_or_else(|| "–".to_owned());
        let Listed { facility_id, due, dead, .. } = one;
        say(&format!("{facility_id:<24} {intake:<8} {due:>8} {dead:>8}  {since}"));
        if let Some(reason) = &one.reason {
            say(&format!("  {reason}"));
        }
    }
    Ok(Answer::Yes)
}
