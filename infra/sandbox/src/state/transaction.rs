//! One health information request, from the callback to the HIP's report.

use std::collections::BTreeSet;

use crate::hiu::delivery::{Delivery, Page, StatusResponse};
use crate::hiu::document::Range;
use crate::hiu::key_pair::KeyPair;
use crate::wire::flow_error::HipError;
use crate::wire::question::Question;

/// The HIP's report on the transfer (`health-information/notify`).
pub(crate) struct SessionReport {
    pub(crate) session_status: String,
    pub(crate) responses: Vec<StatusResponse>,
}

pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) question: Question,
    pub(crate) consent_id: String,
    pub(crate) key_pair: KeyPair,
    /// The requested range of dates; `None` if the request has no valid one.
    pub(crate) range: Option<Range>,
    pub(crate) acknowledged: Option<Result<(), HipError>>,
    pub(crate) pages: Vec<Page>,
    pub(crate) duplicates: usize,
    pub(crate) report: Option<SessionReport>,
}

impl Transaction {
    /// Whether a page of this care context has arrived.
    pub(crate) fn holds(&self, response: &StatusResponse) -> bool {
        self.pages.iter().any(|page| page.care_context_reference == response.care_context_reference)
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.acknowledged, Some(Ok(()))) && self.report.is_none()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.report
            .as_ref()
            .is_some_and(|report| report.session_status == "FAILED" || self.has_all_pages())
    }

    fn has_all_pages(&self) -> bool {
        let numbers: BTreeSet<i64> = self.pages.iter().map(|page| page.page_number).collect();
        let announced = self.pages.first().map(|page| page.page_count);
        announced.is_some_and(|count| usize::try_from(count) == Ok(numbers.len()))
    }

    pub(crate) fn delivery(&self) -> Delivery {
        let all_good = self.pages.iter().all(|page| page.violations.is_empty());
        let report = self.report.as_ref();
        Delivery {
            transaction_id: self.id.clone(),
            acknowledgement: self.acknowledged.clone(),
            session_status: report.map(|report| report.session_status.clone()),
            status_responses: report.map(|report| report.responses.clone()).unwrap_or_default(),
            pages: self.pages.clone(),
            duplicates: self.duplicates,
            hiu_status: self.has_all_pages().then_some(if all_good {
                "RECEIVED"
            } else {
                "FAILED"
            }),
        }
    }
}
