//! Progress of the pages of a transfer, and the statuses at its end.

use super::{DeliveryStatus, MissingPage, PlannedPage, StopReason, TransferEvent, TransferFacts};

/// Starts sending. Without pages the transfer is completed at once.
pub(super) fn prepare(
    facts: &TransferFacts,
    pages: Vec<PlannedPage>,
    missing: Vec<MissingPage>,
) -> Vec<TransferEvent> {
    if pages.is_empty() {
        let end = Progress { delivered_to: 0, skipped: &[], stop: None };
        let completed = complete(facts, &[], &missing, &end);
        return vec![TransferEvent::BundlePrepared { pages, missing }, completed];
    }
    vec![TransferEvent::BundlePrepared { pages, missing }]
}

/// Progress of the pages.
pub(super) struct Progress<'a> {
    /// All pages before this one were delivered or skipped.
    pub(super) delivered_to: u32,
    pub(super) skipped: &'a [u32],
    /// Why the remaining pages are not sent.
    pub(super) stop: Option<&'a StopReason>,
}

impl Progress<'_> {
    /// Why a page was not delivered; `None` if it was.
    fn failure(&self, page: u32) -> Option<&'static str> {
        if page >= self.delivered_to {
            return Some(self.stop.map_or("not sent", StopReason::as_words));
        }
        self.skipped.contains(&page).then_some(StopReason::Document.as_words())
    }
}

/// Completes the transfer after the last page.
pub(super) fn then_complete(
    news: TransferEvent,
    facts: &TransferFacts,
    pages: &[PlannedPage],
    missing: &[MissingPage],
    progress: &Progress<'_>,
) -> Vec<TransferEvent> {
    let mut events = vec![news];
    if usize::try_from(progress.delivered_to).is_ok_and(|done| done == pages.len()) {
        events.push(complete(facts, pages, missing, progress));
    }
    events
}

/// One status for each care context: delivered if all of its pages were.
pub(super) fn complete(
    facts: &TransferFacts,
    pages: &[PlannedPage],
    missing: &[MissingPage],
    progress: &Progress<'_>,
) -> TransferEvent {
    let mut statuses: Vec<DeliveryStatus> = Vec::new();
    for (n, page) in (0..).zip(pages) {
        let reason = progress.failure(n).map(str::to_owned);
        match statuses.iter_mut().find(|status| status.care_context == page.care_context) {
            Some(status) => status.error = status.error.take().or(reason),
            None => statuses
                .push(DeliveryStatus { care_context: page.care_context.clone(), error: reason }),
        }
    }
    for absent in missing {
        if !statuses.iter().any(|status| status.care_context == absent.care_context) {
            statuses.push(DeliveryStatus {
                care_context: absent.care_context.clone(),
                error: Some(absent.reason.clone()),
            });
        }
    }
    let transferred = statuses.iter().any(|status| status.error.is_none());
    TransferEvent::Completed { transaction: facts.transaction.clone(), transferred, statuses }
}
