//! The pages and reports that an HIU received in a transfer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::decrypt::DecryptError;
use crate::wire::flow_error::HipError;

/// One entry of one page, with the results of the HIU's checks.
///
/// A page has one entry; if it has several, each is listed here, with a violation.
#[derive(Clone, Debug)]
pub struct Page {
    /// When it was first received.
    pub received_at: DateTime<Utc>,
    /// `pageNumber`. Some HIPs count from 0, others from 1.
    pub page_number: i64,
    /// `pageCount`: number of pages that the HIP announced.
    pub page_count: i64,
    /// `careContextReference`
    pub care_context_reference: String,
    /// `media`
    pub media: String,
    /// Whether `checksum` is the lower-case hexadecimal MD5 of the plaintext.
    pub checksum_ok: bool,
    /// Whether the consent contains this care context.
    pub care_context_known: bool,
    /// The hi type of the bundle's Composition; `None` if it is unknown.
    pub hi_type: Option<&'static str>,
    /// The decrypted bundle, or the error.
    pub plaintext: Result<Value, DecryptError>,
    /// The exact bytes of the plaintext; empty if the entry could not be decrypted.
    pub plaintext_bytes: Vec<u8>,
    /// The rules that this page violates.
    pub violations: Vec<String>,
}

/// The HIP's report on one care context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusResponse {
    /// `careContextReference`
    pub care_context_reference: String,
    /// `DELIVERED` or `ERRORED`
    pub hi_status: String,
    /// Readable text; empty if the HIP sent none.
    pub description: String,
}

/// The state of one transaction, from the HIU's point of view.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Id of the transaction.
    pub transaction_id: String,
    /// The HIP's on-request; `None` before it arrives.
    pub acknowledgement: Option<Result<(), HipError>>,
    /// `TRANSFERRED` or `FAILED`; `None` until the HIP closes the transaction.
    pub session_status: Option<String>,
    /// The HIP's report for each care context.
    pub status_responses: Vec<StatusResponse>,
    /// The pages in order of arrival, without repeats.
    pub pages: Vec<Page>,
    /// Number of pages that arrived again with the same content. A HIP repeats a page if it lost the answer.
    pub duplicates: usize,
    /// The HIU's own status; `None` until all pages have arrived.
    ///
    /// `RECEIVED` if all pages are valid, else `FAILED`.
    pub hiu_status: Option<&'static str>,
}

/// A transfer that did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("the transfer is not complete after {} ms", waited.as_millis())]
pub struct Incomplete {
    /// How long the caller waited.
    pub waited: Duration,
    /// The state of the transfer when the time was over; `None` for an unknown transaction.
    pub so_far: Option<Box<Delivery>>,
}
