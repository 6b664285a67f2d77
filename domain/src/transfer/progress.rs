//! Progress of the pages of a transfer, and the statuses at its end.

use serde::{Deserialize, Serialize};

use super::{DeliveryStatus, MissingPage, PlannedPage, StopReason, TransferEvent, TransferFacts};

/// What became of the pages so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The state of each page, in their order.
    pages: Vec<PageState>,
    /// How many pages may be on their way at the same time.
    at_once: u32,
    /// Why no further page is begun.
    stop: Option<StopReason>,
}

/// The state of one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum PageState {
    /// Not begun.
    Waiting,
    /// Its ciphertext is in the log, and its push is not decided.
    Encrypted,
    /// The HIU has taken it.
    Pushed,
    /// It is not available.
    Skipped,
    /// It was given up.
    Failed(StopReason),
}

impl Progress {
    /// No page is begun.
    pub(super) fn new(page_count: usize, at_once: u32) -> Self {
        Self { pages: vec![PageState::Waiting; page_count], at_once: at_once.max(1), stop: None }
    }

    /// The page to begin now, if any.
    ///
    /// The first page goes alone, so that an HIU that takes none refuses one. The last page leaves when the HIU has
    /// taken the others, because some HIUs close a transfer with it.
    pub fn next(&self) -> Option<u32> {
        let next = self.pages.iter().position(|page| *page == PageState::Waiting)?;
        let on_their_way = self.on_their_way();
        let is_first = !self.pages.contains(&PageState::Pushed);
        let is_last = next + 1 == self.pages.len();
        let most = if is_first || is_last { 1 } else { self.at_once as usize };
        if self.stop.is_some() || on_their_way >= most {
            return None;
        }
        u32::try_from(next).ok()
    }

    /// How many pages may be begun because one has come to its end. The first that the HIU has taken makes room for all
    /// that are sent side by side; every later one, for one.
    pub fn room(&self) -> u32 {
        let is_pushed = |page: &&PageState| **page == PageState::Pushed;
        if self.pages.iter().filter(is_pushed).count() == 1 { self.at_once } else { 1 }
    }

    /// Whether the page waits for its turn, and for nothing else.
    pub fn is_due(&self, page: u32) -> bool {
        self.next() == Some(page)
    }

    /// Whether the page may be sent: its ciphertext is in the log, and the HIU has not taken it.
    pub fn is_encrypted(&self, page: u32) -> bool {
        self.state(page) == Some(&PageState::Encrypted)
    }

    /// Why no further page is sent.
    pub const fn stop(&self) -> Option<&StopReason> {
        self.stop.as_ref()
    }

    fn state(&self, page: u32) -> Option<&PageState> {
        self.pages.get(usize::try_from(page).ok()?)
    }

    fn on_their_way(&self) -> usize {
        self.pages.iter().filter(|page| **page == PageState::Encrypted).count()
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        let is_waiting = self.pages.contains(&PageState::Waiting);
        self.on_their_way() == 0 && (self.stop.is_some() || !is_waiting)
    }

    /// Whether the page can still be stopped.
    pub(super) fn is_open(&self, page: u32) -> bool {
        match self.state(page) {
            Some(PageState::Encrypted) => true,
            Some(PageState::Waiting) => self.stop.is_none(),
            Some(PageState::Pushed | PageState::Skipped | PageState::Failed(_)) | None => false,
        }
    }

    pub(super) fn encrypted(&mut self, page: u32) {
        self.set(page, PageState::Encrypted);
    }

    pub(super) fn pushed(&mut self, page: u32) {
        self.set(page, PageState::Pushed);
    }

    pub(super) fn skipped(&mut self, page: u32) {
        self.set(page, PageState::Skipped);
    }

    /// The page is given up, and no further page is begun.
    pub(super) fn stopped(&mut self, page: u32, stop: StopReason) {
        self.set(page, PageState::Failed(stop.clone()));
        self.stop.get_or_insert(stop);
    }

    fn set(&mut self, page: u32, state: PageState) {
        let page = usize::try_from(page).ok().and_then(|page| self.pages.get_mut(page));
        if let Some(page) = page {
            *page = state;
        }
    }

    /// Why a page was not delivered; `None` if it was.
    fn failure(&self, page: &PageState) -> Option<&'static str> {
        match page {
            PageState::Pushed => None,
            PageState::Skipped => Some(StopReason::Document.as_words()),
            PageState::Failed(stop) => Some(stop.as_words()),
            PageState::Waiting | PageState::Encrypted => {
                Some(self.stop.as_ref().map_or("not sent", StopReason::as_words))
            }
        }
    }

    /// The end of the transfer. One status for each care context: delivered if all of its pages were.
    pub(super) fn complete(
        &self,
        facts: &TransferFacts,
        pages: &[PlannedPage],
        missing: &[MissingPage],
    ) -> TransferEvent {
        let mut statuses: Vec<DeliveryStatus> = Vec::new();
        for (page, state) in pages.iter().zip(&self.pages) {
            let reason = self.failure(state).map(str::to_owned);
            match statuses.iter_mut().find(|status| status.care_context == page.care_context) {
                Some(status) => status.error = status.error.take().or(reason),
                None => statuses.push(DeliveryStatus {
                    care_context: page.care_context.clone(),
                    error: reason,
                }),
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
}
