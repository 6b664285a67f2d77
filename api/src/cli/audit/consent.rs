//! `hip audit consent`: what happened under a consent, and what was permitted at a given time.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use hip_commands::accountability::audit::{
    ConsentAt, ConsentAudit, Disclosure, Granted, Look, consent,
};
use hip_domain::access::View;
use hip_domain::id::ConsentId;
use hip_domain::stream::StreamId;
use hip_infra::postgres::event_store::{Report, verify_streams};
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use serde_json::json;
use sqlx::PgPool;

use super::verify::in_words;
use crate::cli::common::access_log::AccessLog;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Options of `hip audit consent`.
#[derive(clap::Args)]
pub(crate) struct AuditConsentArgs {
    /// Id of the consent artefact.
    id: String,
    /// Time for which to show what the HIU could see, and why: 2026-09-14T10:00:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Reads the log only, and checks the hash chain of every stream that it uses.
pub(super) async fn run(options: &AuditConsentArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let id =
        ConsentId::parse(&options.id).context("a consent is named by the id of its artefact")?;
    let log = OpenLog::open(data_dir, 2).await?;
    let told = consent(&PgHistoryReader::new(log.pool.clone()), &id, options.at).await;
    let checked = match &told {
        Ok(Some(audit)) => Some(check(&log.pool, audit).await),
        Ok(None) | Err(_) => None,
    };
    log.close().await;
    let (Some(audit), Some(report)) = (told?, checked.transpose()?) else {
        print_error("this consent was never heard of here");
        return Ok(ExitStatus::Negative);
    };
    if options.json {
        let mut object = json!(audit);
        object["chainWhole"] = json!(report.broken.is_none());
        print_json_line(&object);
    } else {
        print_line(&page(&audit, &report));
    }
    Ok(if report.broken.is_none() { ExitStatus::Success } else { ExitStatus::Negative })
}

/// Verifies the streams that were read, after the access was recorded.
async fn check(pool: &PgPool, audit: &ConsentAudit) -> anyhow::Result<Report> {
    let report = verify_streams(pool, &audit.streams).await?;
    let looks = AccessLog::in_log_of(pool);
    looks.at_thing(View::Audit, &StreamId::consent(&audit.consent)).await?;
    Ok(report)
}

fn page(audit: &ConsentAudit, report: &Report) -> String {
    let mut lines = vec![format!("consent {}", audit.consent)];
    lines.extend(audit.grant.iter().map(granted));
    for entry in &audit.history {
        lines.push(format!("  {}  {:<18} position {}", entry.at, entry.event, entry.position));
    }
    lines.push(format!("{} requests under it", audit.disclosures.len()));
    for told in &audit.disclosures {
        lines.extend(disclosure(told));
    }
    for Look { at, who, what, .. } in &audit.looks {
        lines.push(format!("  {at}  {who} looked: {what}"));
    }
    lines.extend(audit.as_of.iter().flat_map(as_of));
    lines.push(in_words(report));
    lines.join("\n")
}

fn granted(grant: &Granted) -> String {
    format!(
        "  lets {} see {} of {} from {} to {}, until {}",
        grant.hiu.as_deref().unwrap_or("an HIU that it does not name"),
        grant.hi_types.join(", "),
        grant.care_contexts.join(", "),
        grant.from,
        grant.to,
        grant.erase_at,
    )
}

fn disclosure(told: &Disclosure) -> Vec<String> {
    let end = match (&told.refused, &told.stopped, told.completed_at) {
        (Some(code), _, _) => format!("refused ({code})"),
        (None, Some(why), _) => format!("stopped: {why}"),
        (None, None, Some(at)) => format!("completed at {at}"),
        (None, None, None) => "not over".to_owned(),
    };
    let first = format!(
        "  {}  {} at position {}: {end}",
        told.requested_at, told.transaction, told.position
    );
    let pages = told.pages.iter().map(|page| {
        let fate = match (&page.taken_at, &page.skipped) {
            (Some(at), _) => format!("taken at {at}"),
            (None, Some(why)) => format!("left out: {why}"),
            (None, None) => "never taken".to_owned(),
        };
        format!("    {} {} {}: {fate}", page.care_context, page.hi_type, page.document)
    });
    std::iter::once(first).chain(pages).collect()
}

fn as_of(as_of: &ConsentAt) -> Vec<String> {
    let first = format!("at {}: {}", as_of.at, as_of.why);
    let records = as_of.records.iter().map(|record| {
        let how = match record.given_at {
            Some(at) => format!("seen: taken at {at}"),
            None => "could be asked for".to_owned(),
        };
        format!("    {} {} {}: {how}", record.care_context, record.hi_type, record.document)
    });
    std::iter::once(first).chain(records).collect()
}
