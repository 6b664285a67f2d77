//! Shared by both commands: the log of a run, and further content of a manifest.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use hip_commands::log::codec;
use hip_commands::operations::certification::{Attachments, Ledger, is_case};
use hip_domain::id::FacilityId;
use hip_infra::postgres::event_store::LogReader;

/// The part of the log that belongs to the run.
#[derive(Default)]
pub(super) struct Part {
    /// Only events after this position.
    pub(super) after: i64,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

/// Reads a part of the log.
pub(super) async fn read(
    log: &LogReader,
    facility: FacilityId,
    part: &Part,
) -> anyhow::Result<Ledger> {
    let mut ledger = Ledger::new(facility);
    let mut pages = log.pages(part.after);
    while let Some(page) = pages.next().await? {
        for stored in &page {
            let at = stored.recorded_at;
            if part.since.is_none_or(|since| at >= since)
                && part.until.is_none_or(|until| at < until)
            {
                ledger.note(&codec::decode(stored)?);
            }
        }
    }
    Ok(ledger)
}

/// A screenshot for a case.
#[derive(Clone)]
pub(super) struct Attachment {
    case: String,
    file: PathBuf,
}

impl std::str::FromStr for Attachment {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (case, file) = text.split_once('=').context("give it as CASE=FILE")?;
        ensure!(is_case(case), "NHA has no case {case}");
        let file = PathBuf::from(file);
        ensure!(file.is_file(), "there is no file {}", file.display());
        Ok(Self { case: case.to_owned(), file })
    }
}

/// File names in the manifest: it is stored beside its files.
pub(super) fn named(attachments: &[Attachment]) -> Attachments {
    let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    attachments.iter().map(|one| (one.case.clone(), name(&one.file))).collect()
}
