//! Refusals that the table does not list.

use hip_domain::id::ErrorCode;

use super::entry::{Entry, Mark, Retry};

/// A code that is not in the table.
pub(super) fn code(code: &ErrorCode) -> Entry {
    if code.as_str().starts_with("9009") {
        return status(Some(401));
    }
    Entry {
        meaning: "Unlisted code",
        what: "the network used a code that is not in NHA's list for M2",
        cure: "look at the message's status and time, and ask NHA's support with its REQUEST-ID",
        retry: Retry::AfterFix,
        mark: None,
    }
}

/// An HTTP status without a code that helps; nothing, when there was no answer at all.
pub(super) fn status(status: Option<u16>) -> Entry {
    let (meaning, what, cure, retry) = match status {
        None => (
            "No answer",
            "the peer did not answer, or the connection broke",
            "nothing, unless it lasts: then check the address, the name service and the firewall",
            Retry::SOON,
        ),
        Some(401) => (
            "Unauthorized",
            "the peer does not accept our session, or a header is missing; without a code it does not say which",
            "nothing, unless it lasts: then check client id and secret with `hip doctor`",
            Retry::SLOWLY,
        ),
        Some(403) => (
            "Forbidden",
            "the peer does not let us in: a firewall, or a bridge without this role",
            "ask NHA whether the bridge is blocked, and whether our address is on its list",
            Retry::AfterFix,
        ),
        Some(404 | 405) => (
            "Not found",
            "the peer has no such path",
            "check base_url in section [gateway], or for an HIU the push address that it named",
            Retry::AfterFix,
        ),
        Some(408) => ("Timeout", "the peer took too long", "nothing, unless it lasts", Retry::SOON),
        Some(429) => (
            "Too many requests",
            "the peer asks us to slow down",
            "nothing, unless it lasts: then push old visits in smaller portions",
            Retry::SLOWLY,
        ),
        Some(400) => (
            "Bad request without a code",
            "the peer refused the message and did not say why; link requests were seen to end so, cause unknown",
            "check the service id and the patient's ABHA address, then try once more; keep the correlation-id for NHA's support",
            Retry::AfterFix,
        ),
        Some(500..) => (
            "Unavailable",
            "the peer is in trouble of its own",
            "nothing, unless it lasts: then ask NHA's support",
            Retry::SOON,
        ),
        Some(_) => (
            "Refused without a code",
            "the peer refused the message and did not say why",
            "compare the message with its specification, then try again",
            Retry::AfterFix,
        ),
    };
    let mark = (status == Some(401)).then_some(Mark::SessionRefused);
    Entry { meaning, what, cure, retry, mark }
}
