//! Sources of visits, from the configuration and the secrets in the environment.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hip_commands::port::VisitTrigger;
use hip_infra::config::VisitSourceSection;
use hip_infra::http::visit_records::HttpVisitRecords;
use hip_infra::visit_trigger::{self, PgTrigger, Tables};
use hip_infra::worker::visit_jobs::Source;
use secrecy::SecretString;
use sqlx::PgPool;

/// All configured sources.
pub(super) fn all(sections: &[VisitSourceSection], own: &PgPool) -> anyhow::Result<Vec<Source>> {
    let source = |section: &VisitSourceSection| {
        one(section, own).with_context(|| format!("[[visit_source]] {}", section.name))
    };
    sections.iter().map(source).collect()
}

fn one(section: &VisitSourceSection, own: &PgPool) -> anyhow::Result<Source> {
    let url = secret("HIP_VISIT_SOURCE_URL", section);
    let tables = Tables::new(section.table(url.is_none()), section.facility_table.as_deref())?;
    let trigger: Arc<dyn VisitTrigger> = match &url {
        Some(url) => visit_trigger::connect(url, &tables)?,
        None => Arc::new(PgTrigger::new(own.clone(), &tables)),
    };
    let key = secret("HIP_VISIT_SOURCE_KEY", section);
    let VisitSourceSection { visit_url, method, plain_http, .. } = section;
    let records = HttpVisitRecords::new(visit_url, *method, key.as_ref(), *plain_http)?;
    Ok(Source {
        name: section.name.clone(),
        trigger,
        records: Arc::new(records),
        poll: Duration::from_secs(section.poll_s),
        lookback: section.lookback(),
        batch: section.batch.into(),
        attempts_max: section.attempts_max.try_into().unwrap_or(i32::MAX),
    })
}

/// The variable of this source, or the one for all sources.
fn secret(variable: &str, section: &VisitSourceSection) -> Option<SecretString> {
    let own = format!("{variable}_{}", section.variable_suffix());
    let value = std::env::var(own).or_else(|_| std::env::var(variable)).ok()?;
    (!value.is_empty()).then(|| SecretString::from(value))
}
