//! The result of a case: success, or why it failed.

use crate::hiu::delivery::Incomplete;
use crate::wire::flow_error::FlowError;

/// Why a case failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure(pub(super) String);

pub(super) type Verdict<T = ()> = Result<T, Failure>;

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self(error.to_string())
    }
}

impl From<Incomplete> for Failure {
    fn from(incomplete: Incomplete) -> Self {
        let pages = incomplete.so_far.as_ref().map_or(0, |delivery| delivery.pages.len());
        Self(format!("{incomplete}; {pages} pages arrived"))
    }
}

/// Fails with this reason if `holds` is false.
pub(super) fn ensure(holds: bool, reason: impl Into<String>) -> Verdict {
    if holds { Ok(()) } else { Err(Failure(reason.into())) }
}
