//! Care contexts that we link, and news of them.

use super::{Retry, Row};
use crate::operations::abdm_error::Context::{
    ContextNotify, LinkCareContext, OnCareContext, SmsNotify,
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1056",
        "This care contexts has been already linked",
        "the care context was linked before",
        "nothing: it counts as linked",
        Retry::AlreadyDone,
    )
    .within(&[LinkCareContext, OnCareContext, ContextNotify]),
    Row::new(
        "ABDM-1037",
        "Counter and Care context count mismatch",
        "a link request said another count than it had care contexts",
        "this is our fault: report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1059",
        "Invalid Care Contexts count",
        "a link request had a count that is not 1 to 20",
        "this is our fault: report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1057",
        "Invalid Care Contexts",
        "the gateway does not take the reference or the text of a care context",
        "look at the visit code: letters, digits and _-@,. ()/: only; correct it and push the visit again",
        Retry::AfterFix,
    )
    .within(&[LinkCareContext, OnCareContext, ContextNotify]),
    Row::new(
        "ABDM-1060",
        "Invalid Patient Reference Number",
        "the gateway does not take the patient's reference number",
        "look at the beneficiary's number: letters, digits and _-@,. ()/: only; correct it and push the visit again",
        Retry::AfterFix,
    )
    .within(&[LinkCareContext, OnCareContext, ContextNotify]),
    Row::new(
        "ABDM-1061",
        "Invalid Patient Display",
        "the gateway does not take the patient's name as we show it",
        "correct the patient's name at the desk and push the visit again",
        Retry::AfterFix,
    )
    .within(&[LinkCareContext, OnCareContext, ContextNotify]),
    Row::new(
        "ABDM-1041",
        "Invalid Acknowledgement",
        "the gateway could not read an acknowledgement",
        "replay the callback that was acknowledged; when it fails again, report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1017",
        "Invalid TransactionId",
        "the gateway does not know the conversation that the news belongs to",
        "nothing to send again: look at that conversation",
        Retry::Never,
    )
    .within(&[ContextNotify, SmsNotify]),
];
