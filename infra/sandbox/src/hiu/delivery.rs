//! What an HIU holds at the end of a transfer.

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
    /// Peers count from 0 or from 1.
    pub page_number: i64,
    /// How many pages the HIP announced.
    pub page_count: i64,
    /// `careContextReference`
    pub care_context_reference: String,
    /// `media`
    pub media: String,
    /// Whether `checksum` is the lower-case hexadecimal MD5 of the plaintext.
    pub checksum_ok: bool,
    /// Whether the consent names this care context.
    pub care_context_known: bool,
    /// The hi type that the bundle's Composition has.
    pub hi_type: Option<&'static str>,
    /// The bundle, or why there is none.
    pub plaintext: Result<Value, DecryptError>,
    /// The exact bytes that were encrypted; empty when they could not be decrypted.
    pub plaintext_bytes: Vec<u8>,
    /// What is wrong with this page.
    pub violations: Vec<String>,
}

/// How the HIP reports on one care context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusResponse {
    /// `careContextReference`
    pub care_context_reference: String,
    /// `DELIVERED` or `ERRORED`
    pub hi_status: String,
    /// Text for people.
    pub description: String,
}

/// The state of one transaction as the outside world sees it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The transaction.
    pub transaction_id: String,
    /// The HIP's on-request, once it came.
    pub acknowledgement: Option<Result<(), HipError>>,
    /// `TRANSFERRED` or `FAILED`, once the HIP closed the transaction.
    pub session_status: Option<String>,
    /// The HIP's report by care context.
    pub status_responses: Vec<StatusResponse>,
    /// In the order they arrived, repeats left out.
    pub pages: Vec<Page>,
    /// Pages that arrived again with the same content: how a HIP recovers from a lost answer.
    pub duplicates: usize,
    /// The HIU's own status: `RECEIVED` if all pages arrived and are valid, `FAILED` if all
    /// arrived and one is not.
    pub hiu_status: Option<&'static str>,
}

/// A transfer that did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("the transfer is not complete after {} ms", waited.as_millis())]
pub struct Incomplete {
    /// How long it was waited for, in total.
    pub waited: Duration,
    /// What did arrive; `None` for an unknown transaction.
    pub so_far: Option<Box<Delivery>>,
}
