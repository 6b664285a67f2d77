//! Waits for required actions of a HIP, and watches for forbidden ones.

use std::sync::Arc;
use std::time::Duration;

use super::case::{Failure, Verdict};
use super::context::SuiteContext;
use crate::faults::Target;
use crate::journal::{Direction, Entry};
use crate::wire::operation::Operation;

/// A HIP is watched for forbidden actions for the patience divided by this number, at most [`QUIET_MAX`].
///
/// This is longer than a pause between two steps of a HIP. A much later call is not detected.
const QUIET_PART: u32 = 40;
const QUIET_MAX: Duration = Duration::from_millis(1_500);

impl SuiteContext<'_> {
    /// The first answered call of `operation` after `since` that matches.
    pub(super) async fn call(
        &self,
        since: usize,
        operation: Operation,
        fits: impl Fn(&Entry) -> bool,
    ) -> Verdict<Arc<Entry>> {
        let found = self.journal_after(since, |entry| {
            entry.operation == Some(operation) && entry.status.is_some() && fits(entry)
        });
        found.await.ok_or_else(|| {
            Failure(format!("no {} within {} s", operation.name(), self.patience().as_secs()))
        })
    }

    /// The callback that answers `call`, once the HIP has acknowledged it.
    pub(super) async fn callback(&self, call: &Entry) -> Verdict<Arc<Entry>> {
        let asked = call.request_id.clone().unwrap_or_default();
        let found = self.journal_after(0, |entry| {
            entry.direction == Direction::In
                && entry.body["response"]["requestId"] == asked.as_str()
                && entry.status.is_some_and(|status| (200..300).contains(&status))
        });
        found.await.ok_or_else(|| {
            let operation = call.operation.map_or("", Operation::name);
            Failure(format!("the callback of {operation} was not acknowledged"))
        })
    }

    /// The callback with this REQUEST-ID, once the HIP has acknowledged it.
    pub(super) async fn acknowledged(&self, request_id: &str) -> Verdict {
        let found = self.journal_after(0, |entry| {
            entry.direction == Direction::In
                && entry.request_id.as_deref() == Some(request_id)
                && entry.status.is_some_and(|status| (200..300).contains(&status))
        });
        found.await.map(drop).ok_or_else(|| "a callback was not acknowledged".into())
    }

    /// The calls of `operation` after `since` that match, answered or not.
    pub(super) fn calls(
        &self,
        since: usize,
        operation: Operation,
        fits: impl Fn(&Entry) -> bool,
    ) -> Vec<Arc<Entry>> {
        let mut entries = self.sandbox.journal().snapshot().split_off(since);
        entries.retain(|entry| entry.operation == Some(operation) && fits(entry));
        entries
    }

    /// Watches for a while; fails if more than `allowed` calls of `operation` after `since` match.
    pub(super) async fn no_more_than(
        &self,
        allowed: usize,
        since: usize,
        operation: Operation,
        fits: impl Fn(&Entry) -> bool,
    ) -> Verdict {
        self.watch().await;
        let count = self.calls(since, operation, fits).len();
        if count <= allowed {
            return Ok(());
        }
        Err(Failure(format!("{count} calls of {}, at most {allowed} are right", operation.name())))
    }

    /// Gives the HIP time for a forbidden action.
    pub(super) async fn watch(&self) {
        tokio::time::sleep(QUIET_MAX.min(self.patience() / QUIET_PART)).await;
    }

    async fn journal_after(
        &self,
        since: usize,
        fits: impl Fn(&Entry) -> bool,
    ) -> Option<Arc<Entry>> {
        let journal = self.sandbox.journal();
        let mut found = None;
        let look = |entries: &[Arc<Entry>]| {
            found = entries.iter().skip(since).find(|entry| fits(entry)).cloned();
            found.is_some()
        };
        journal.wait_until(self.patience(), look).await.ok()?;
        found
    }
}

/// The calls of one operation that mention this patient, visit or transaction.
pub(super) fn mentioning(operation: Operation, text: &str) -> Target {
    Target::Mentioning(operation, text.to_owned())
}

/// Whether a call is about the ABHA address.
pub(super) fn about(address: &str) -> impl Fn(&Entry) -> bool {
    move |entry| entry.body["abhaAddress"] == address
}
