//! `hip discovery what-if`: decides the discoveries of a period again with other thresholds.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::value_parser;
use hip_commands::log::codec;
use hip_commands::patients::matching::{RankChange, Redecided, Thresholds, WhatIf};
use hip_domain::access::{Filter, Listing};
use hip_domain::id::FacilityId;
use hip_infra::postgres::event_store::LogReader;
use serde_json::json;
use sqlx::PgPool;

use crate::cli::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Options of `hip discovery what-if`.
#[derive(clap::Args)]
pub(crate) struct DiscoveryWhatIfArgs {
    /// Minimum similarity of the names, 0 to 100.
    #[arg(long, value_parser = value_parser!(u8).range(..=100), default_value_t = Thresholds::default().name_score_min)]
    name_score_min: u8,
    /// Maximum difference of the years of birth.
    #[arg(long, default_value_t = Thresholds::default().year_tolerance)]
    year_tolerance: u16,
    /// Only at this facility.
    #[arg(long)]
    facility: Option<String>,
    /// Decided at this time or later: 2026-11-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Decided before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// Print one JSON object for each changed decision, and one with the counts.
    #[arg(long)]
    json: bool,
}

/// Needs only the log, to read it and to record the access: no key, no configuration, no running server.
pub(super) async fn run(
    options: &DiscoveryWhatIfArgs,
    data_dir: &Path,
) -> anyhow::Result<ExitStatus> {
    let facility = options.facility.as_deref().map(FacilityId::parse).transpose();
    let facility = facility.context("--facility")?;
    let DiscoveryWhatIfArgs { name_score_min, year_tolerance, .. } = *options;
    let mut what_if = WhatIf::new(Thresholds { name_score_min, year_tolerance }, facility);
    let log = OpenLog::open(data_dir, 2).await?;
    let read = read(&log.pool, options, &mut what_if).await;
    log.close().await;
    read?;
    tell(options, &what_if);
    Ok(ExitStatus::Success)
}

/// Reads every event, since a discovery of the period may have been requested before it.
async fn read(
    pool: &PgPool,
    options: &DiscoveryWhatIfArgs,
    what_if: &mut WhatIf,
) -> anyhow::Result<()> {
    let by = [
        (Filter::Facility, options.facility.is_some()),
        (Filter::Period, options.since.is_some() || options.until.is_some()),
    ];
    let (looks, mut is_seen) = (AccessLog::in_log_of(pool), false);
    let log = LogReader::new(pool.clone());
    let mut pages = log.pages(0);
    while let Some(page) = pages.next().await? {
        for stored in page.iter().filter(|stored| stored.name.starts_with("discovery.")) {
            let at = stored.recorded_at;
            let is_early = options.since.is_some_and(|since| at < since);
            let is_late = options.until.is_some_and(|until| at >= until);
            let is_decision = stored.name != "discovery.requested";
            if is_decision && (is_early || is_late) {
                continue;
            }
            if let Some(redecided) = what_if.note(&codec::decode(stored)?) {
                if !is_seen && redecided.change != RankChange::Same {
                    looks.at_list(Listing::Discoveries, &by).await?;
                    is_seen = true;
                }
                show(options, &redecided);
            }
        }
    }
    Ok(())
}

fn show(options: &DiscoveryWhatIfArgs, redecided: &Redecided) {
    let word = match redecided.change {
        RankChange::Won => "won",
        RankChange::Lost => "lost",
        RankChange::Changed => "changed",
        RankChange::Same => return,
    };
    if options.json {
        print_json_line(redecided);
        return;
    }
    print_line(&format!("{word:<8} {} at {}", redecided.stream, redecided.position));
    for one in &redecided.considered {
        let years = one.comparison.year_difference;
        let years = years.map_or_else(|| "unknown".to_owned(), |years| years.to_string());
        let (was, would_be) = (redecided.was, redecided.would_be);
        let mark = |whom| if whom == Some(one.subject) { "yes" } else { "no" };
        print_line(&format!(
            "         name {:>3}, years apart {years}: was {}, would be {}",
            one.comparison.name_score,
            mark(was),
            mark(would_be)
        ));
    }
}

fn tell(options: &DiscoveryWhatIfArgs, what_if: &WhatIf) {
    let count = |change| what_if.count(change);
    let (won, lost) = (count(RankChange::Won), count(RankChange::Lost));
    let (changed, same) = (count(RankChange::Changed), count(RankChange::Same));
    let without = what_if.without_figures();
    if options.json {
        print_json_line(&json!({
            "won": won, "lost": lost, "changed": changed, "same": same, "withoutFigures": without,
        }));
        return;
    }
    print_line(&format!(
        "{won} won, {lost} lost, {changed} changed, {same} as they were; {without} rest on no figures (ABHA, or nobody \
         with that mobile number)"
    ));
    if won > 0 {
        print_line(
            "who is recognised is offered only what is not linked yet: a match that is won may offer nothing",
        );
    }
}
