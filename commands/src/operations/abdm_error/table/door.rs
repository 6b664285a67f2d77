//! Codes on headers, ids and bodies: what any call may be refused with.

use super::{Mark, Retry, Row};
use crate::operations::abdm_error::Context::{
    Callback, ContextNotify, LinkCareContext, OnCareContext,
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1006",
        "Bad Request, invalid request Body",
        "the gateway refused the form of a message: a member is missing, a hi type is misspelt, or a count is not 1 to 20",
        "correct the record behind it; when the record is right, the message is our fault: report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1006",
        "Bad Request, invalid request Body",
        "a callback was not JSON, or named no request or no facility, and was not stored",
        "ask NHA's support why, with the time; nothing of it can be replayed here",
        Retry::Never,
    )
    .within(&[Callback]),
    Row::new(
        "ABDM-1006",
        "Invalid count or hi type",
        "a link request had a count that is not 1 to 20, or a hi type that the gateway does not know",
        "correct the visit's hi types and push it again",
        Retry::AfterFix,
    )
    .within(&[LinkCareContext, OnCareContext]),
    Row::new(
        "ABDM-1006",
        "No links found",
        "the gateway did not find the link that the news is about: for some 30 s after a link it may not know it yet; else the form of the message was refused",
        "nothing: the news are sent again a few times; when they were given up, see with `hip explain` that the visit is linked, and replay them",
        Retry::Later { first_s: 30, wait_s_max: 240 },
    )
    .within(&[ContextNotify]),
    Row::new(
        "ABDM-1015",
        "Invalid Response",
        "the gateway could not read an answer of ours, or of a service behind it",
        "replay the callback that was answered; when it fails again, report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1016",
        "Invalid TimeStamp",
        "the TIMESTAMP of a call is not near the gateway's own time",
        "set this machine's clock by NTP; `hip doctor` shows how far it is off",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2402",
        "Invalid Timestamp",
        "the TIMESTAMP of a call is not near the gateway's own time",
        "set this machine's clock by NTP; `hip doctor` shows how far it is off",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1030",
        "Invalid request ID",
        "the gateway does not know the request that a message refers to, or the id is no UUID",
        "nothing to send again: the request it belonged to has ended; look at that conversation",
        Retry::Never,
    ),
    Row::new(
        "ABDM-2404",
        "Invalid Request Id",
        "the REQUEST-ID of a call is no UUID",
        "this is our fault: report it with the call's path and time",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1031",
        "Invalid request",
        "the request cannot be served as it stands: of a data request, its key material has expired or is none, or its push address is refused",
        "the sender has to send another request with valid members",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1032",
        "Invalid header",
        "a header of a call is missing or has another form",
        "check cm_id in section [gateway] and the facility's id; when they are right, report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1052",
        "Invalid TransactionId or response requestId",
        "an answer named a conversation or a request that the gateway does not have open",
        "nothing to send again: the patient or the HIU has to start anew",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1064",
        "Request body was missing",
        "a call arrived without a body",
        "look for a proxy between us and the gateway that drops bodies",
        Retry::AfterFix,
    )
    .within(&[LinkCareContext]),
    Row::new(
        "ABDM-1065",
        "Invalid X Auth token",
        "a call that is only for a patient's app was made",
        "a HIP has no such call: report it with its path",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2401",
        "The X Auth token is invalid.",
        "a call that is only for a patient's app was made",
        "a HIP has no such call: report it with its path",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1066",
        "Invalid JWT token",
        "a token that we showed is not one of the gateway's, or its form is broken",
        "nothing, unless it lasts: the token is renewed by itself",
        Retry::Now,
    )
    .marked(Mark::SessionRefused),
    Row::new(
        "ABDM-1067",
        "Request body not required",
        "a call that takes no body had one",
        "this is our fault: report it with the call's path and time",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2403",
        "Invalid X-CM-ID",
        "the gateway does not know the consent manager that we name",
        "set cm_id in section [gateway]: sbx for the sandbox, abdm for production",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2406",
        "Invalid API sequence flow, please follow logical flow",
        "a message came before the one that has to precede it",
        "look at the conversation: an answer was lost or is late; replay the callback",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2500",
        "Authorization header is missing",
        "a call had no session token, or a path that the gateway does not have",
        "check base_url in section [gateway], and that no proxy drops headers",
        Retry::AfterFix,
    ),
];
