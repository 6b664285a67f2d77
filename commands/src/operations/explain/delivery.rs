//! The steps from the pages to the gateway's final notification.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::transfer::{StopReason, TransferEvent};

use super::case::{Case, call_failure, newest};
use super::linking::refused;
use super::{Finding, Obstacle};
use crate::operations::abdm_error::Context;

const ASK_AGAIN: &str = "the HIU asks again, with a new request";

fn transfer(case: &Case, now: DateTime<Utc>) -> &[Recorded<Event>] {
    case.consent(now).map(|consent| &consent.transfer[..]).unwrap_or_default()
}

/// The page numbers of this care context; `None` until the pages are selected.
fn page_numbers(case: &Case, transfer: &[Recorded<Event>]) -> Option<Vec<u32>> {
    let planned = newest(transfer, |event| match event {
        Event::Transfer(TransferEvent::BundlePrepared { pages, .. }) => {
            let numbered = (0..).zip(pages);
            let ours = numbered.filter(|(_, page)| page.care_context == case.reference);
            Some(ours.map(|(number, _)| number).collect())
        }
        _ => None,
    });
    planned.map(|(_, pages)| pages)
}

pub(super) fn pages(case: &Case, now: DateTime<Utc>) -> Finding {
    let transfer = transfer(case, now);
    match page_numbers(case, transfer) {
        Some(pages) if !pages.is_empty() => Ok(format!("{} of the answer", pages.len())),
        Some(_) => {
            let why = newest(transfer, |event| match event {
                Event::Transfer(TransferEvent::BundlePrepared { missing, .. }) => missing
                    .iter()
                    .find(|missing| missing.care_context == case.reference)
                    .map(|missing| missing.reason.clone()),
                _ => None,
            });
            let why = why.map_or_else(String::new, |(_, reason)| format!(": {reason}"));
            Err(Obstacle::broken(
                format!("the answer to the HIU has no page of this visit{why}"),
                "compare the request's period and kinds with the visit; then the HIU asks again",
            ))
        }
        None => Err(stopped(transfer).unwrap_or_else(|| {
            Obstacle::waits(
                "the answer is not planned yet",
                "this takes seconds while a worker runs: see `hip doctor`",
            )
        })),
    }
}

pub(super) fn encrypted(case: &Case, now: DateTime<Utc>) -> Finding {
    let transfer = transfer(case, now);
    let pages = page_numbers(case, transfer).unwrap_or_default();
    let mut key_formats = vec![];
    for page in pages {
        let outcome = newest(transfer, |event| match event {
            Event::Transfer(TransferEvent::PageEncrypted { page: this, seal, .. })
                if *this == page =>
            {
                Some(Ok(seal.dialect.clone()))
            }
            Event::Transfer(TransferEvent::PageSkipped { page: this, reason }) if *this == page => {
                Some(Err(reason.clone()))
            }
            _ => None,
        });
        match outcome {
            Some((_, Ok(key_format))) => key_formats.push(key_format),
            Some((_, Err(reason))) => {
                return Err(Obstacle::broken(
                    format!("page {page} was left out: {reason}"),
                    "mend the visit in the record system and push it again; then the HIU asks again",
                ));
            }
            // The page before it was not accepted, so the failure is in a later step.
            None if !key_formats.is_empty()
                && matches!(how_stopped(transfer), Some((_, StopReason::Push { .. }))) =>
            {
                break;
            }
            None => {
                return Err(stopped(transfer).unwrap_or_else(|| {
                    Obstacle::waits(
                        format!("page {page} is not encrypted yet"),
                        "this takes seconds while a worker runs: see `hip doctor`",
                    )
                }));
            }
        }
    }
    key_formats.dedup();
    Ok(format!("for the HIU's key of the format {}", key_formats.join(", ")))
}

pub(super) fn pushed(case: &Case, now: DateTime<Utc>) -> Finding {
    let transfer = transfer(case, now);
    for page in page_numbers(case, transfer).unwrap_or_default() {
        let taken = newest(transfer, |event| match event {
            Event::Transfer(TransferEvent::PagePushed { page: this, .. }) => {
                (*this == page).then_some(())
            }
            _ => None,
        });
        if taken.is_none() {
            let push = case.consent(now).and_then(|consent| call_failure(&consent.push));
            let failing = refused(push, Context::Push, "the push to the HIU");
            return Err(stopped(transfer).or(failing).unwrap_or_else(|| {
                Obstacle::waits(
                    format!("page {page} is on its way to the HIU"),
                    "nothing: it is pushed again until it is taken or the time is over",
                )
            }));
        }
    }
    Ok("the HIU has taken every page of it".to_owned())
}

fn how_stopped(transfer: &[Recorded<Event>]) -> Option<(DateTime<Utc>, StopReason)> {
    newest(transfer, |event| match event {
        Event::Transfer(TransferEvent::Stopped { stop, .. }) => Some(stop.clone()),
        _ => None,
    })
}

/// Why a transfer was stopped early.
fn stopped(transfer: &[Recorded<Event>]) -> Option<Obstacle> {
    let (at, stop) = how_stopped(transfer)?;
    let status = match &stop {
        StopReason::Push { status: Some(status) } => format!(" (HTTP {status})"),
        _ => String::new(),
    };
    Some(Obstacle::broken(
        format!("the transfer was stopped at {at}: {}{status}", stop.as_words()),
        match stop {
            StopReason::Consent(_) => "the HIU must ask the patient for a new consent",
            StopReason::Push { .. } => {
                "the HIU mends what its data push address answers; then it asks again"
            }
            StopReason::Key => "the HIU asks again, with a key that lasts longer",
            StopReason::Document => {
                "mend the visit in the record system and push it again; then the HIU asks again"
            }
            StopReason::Late => ASK_AGAIN,
        },
    ))
}

pub(super) fn notified(case: &Case, now: DateTime<Utc>) -> Finding {
    let transfer = transfer(case, now);
    let ended = newest(transfer, |event| match event {
        Event::Transfer(TransferEvent::Completed { statuses, .. }) => {
            let ours = statuses.iter().find(|status| status.care_context == case.reference);
            Some(ours.and_then(|status| status.error.clone()))
        }
        _ => None,
    });
    match ended {
        Some((_, Some(error))) => Err(Obstacle::broken(
            format!("the gateway was told that it was not delivered: {error}"),
            ASK_AGAIN,
        )),
        Some((at, None)) => {
            let notice = case.consent(now).and_then(|consent| call_failure(&consent.notice));
            match refused(notice, Context::Answer, "the word to the gateway that it was delivered")
            {
                Some(obstacle) => Err(obstacle),
                None => Ok(format!("the transfer was completed at {at}")),
            }
        }
        None => Err(Obstacle::waits(
            "the pages are there, and the transfer goes on with others",
            "nothing: the gateway is told when all are pushed",
        )),
    }
}
