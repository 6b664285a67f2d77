//! `hip explain CARE_CONTEXT`: why does the patient not see a record?

use std::path::Path;

use anyhow::Context;
use hip_commands::operations::explain::{Explanation, Looked, State, explain};
use hip_commands::port::Clock;
use hip_domain::access::View;
use hip_domain::id::{CareContextReference, FacilityId};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use serde_json::json;
use sqlx::PgPool;

use super::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Options of `hip explain`.
#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// The care context: the visit code.
    care_context: String,
    /// Id of the facility.
    #[arg(long)]
    facility: Option<String>,
    /// Print one JSON object for each facility that has it.
    #[arg(long)]
    json: bool,
}

/// Needs only the log, to read it and to record the access: no key, no configuration, no running server.
pub(crate) async fn run(options: ExplainArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let reference = CareContextReference::parse(&options.care_context)
        .context("the care context is named by its visit code")?;
    let facility = options.facility.as_deref().map(FacilityId::parse).transpose();
    let facility = facility.context("--facility")?;
    let log = OpenLog::open(data_dir, 2).await?;
    let evidence = PgHistoryReader::new(log.pool.clone());
    let found = explain(&evidence, &reference, facility.as_ref(), SystemClock.now()).await;
    let remembered = match &found {
        Ok(found) => remember(&log.pool, found).await,
        Err(_) => Ok(()),
    };
    log.close().await;
    let found = found?;
    remembered?;
    if found.is_empty() {
        print_error(
            "there is no such care context: the visit was never pushed, announced or linked",
        );
        return Ok(ExitStatus::Negative);
    }
    for explanation in &found {
        if options.json {
            print_json_line(&json!(explanation));
        } else {
            print_line(&in_words(explanation));
        }
    }
    let all_well = found.iter().all(|explanation| explanation.cure.is_none());
    Ok(if all_well { ExitStatus::Success } else { ExitStatus::Negative })
}

async fn remember(pool: &PgPool, found: &[Explanation]) -> anyhow::Result<()> {
    let looks = AccessLog::in_log_of(pool);
    for explanation in found {
        looks.at_thing(View::Explanation, &explanation.of).await?;
    }
    Ok(())
}

fn in_words(explanation: &Explanation) -> String {
    let Explanation { facility, reference, links, verdict, cure, .. } = explanation;
    let mut lines = vec![format!("visit {reference} at {facility}")];
    for Looked { link, state, what } in links {
        let mark = match state {
            State::Holds => "✓",
            State::Waits => "…",
            State::Broken => "✗",
        };
        lines.push(format!("  {mark} {:<10} {what}", link.as_word()));
    }
    lines.push(format!("{verdict}."));
    if let Some(cure) = cure {
        lines.push(format!("What to do: {cure}."));
    }
    lines.join("\n")
}
