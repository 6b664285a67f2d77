//! Entries for refusals that the table does not list.

use hip_domain::id::ErrorCode;

use super::context::Context;
use super::entry::{Entry, Mark, Retry};
use super::own_code::OwnCode;

/// The entry of a code that is not in the table. If the peer sent no code, `code` is its HTTP status or
/// that of [`OwnCode::NoAnswer`].
pub(super) fn code(code: &ErrorCode, context: Context) -> Entry {
    let text = code.as_str();
    if OwnCode::NoAnswer.is(code) {
        return status(None, context);
    }
    if text.starts_with("9009") {
        return status(Some(401), context);
    }
    if text.len() == 3
        && let Ok(of_http @ 100..=599) = text.parse()
    {
        return status(Some(of_http), context);
    }
    if OwnCode::Unknown.is(code) {
        return Entry {
            meaning: "No code",
            what: "the gateway said that it failed and gave no code that could be read",
            cure: "look at the callback with `hip callbacks show`, and ask NHA's support with its REQUEST-ID",
            retry: Retry::AfterFix,
            mark: None,
        };
    }
    Entry {
        meaning: "Unlisted code",
        what: "the network used a code that is not in NHA's list for M2",
        cure: "look at the message's status and time, and ask NHA's support with its REQUEST-ID",
        retry: Retry::AfterFix,
        mark: None,
    }
}

/// The entry of an HTTP status without a listed code; `None` means no response.
pub(super) fn status(status: Option<u16>, context: Context) -> Entry {
    // Seen about twenty times in the sandbox. It stopped within the day each time.
    if status == Some(400) && context.is_link() {
        return Entry {
            meaning: "Bad request without a code",
            what: "the gateway refused the link request without saying why; it does so for a while at times, cause unknown",
            cure: "nothing: it is tried again a few times, slowly; when it lasts, check the service id and the patient's ABHA address, and ask NHA's support with the REQUEST-ID",
            retry: Retry::SLOWLY,
            mark: None,
        };
    }
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
            "the peer refused the message and did not say why",
            "compare the message with its specification, then try again; ask NHA's support with the REQUEST-ID",
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
