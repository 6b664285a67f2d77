//! Discovery and linking that the patient starts: what we answer, and what becomes of the answer.

use super::{Retry, Row};
use crate::operations::abdm_error::Context::{Answer, Discovery, DiscoveryOfSeveral, ProfileShare};

const ANEW: &str = "nothing: the patient has to search again";

const fn unread(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    let cure = "this is our fault: report it with its REQUEST-ID; the patient has to search again";
    Row::new(code, meaning, what, cure, Retry::Never)
}

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1010",
        "Validation failed",
        "the gateway found a message of ours not valid",
        "correct the record behind it; when the record is right, report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1010",
        "Patient not found",
        "nobody here is, surely enough, the patient who asked",
        "when they were treated here, complete mobile number, name, gender and year of birth at the desk, or give them their record number to type",
        Retry::Never,
    )
    .within(&[Discovery, ProfileShare]),
    Row::new(
        "ABDM-1010",
        "Multiple patients found",
        "more than one person here may be the patient who asked, so nobody was offered",
        "join double registrations at the desk, or give the patient their record number to type",
        Retry::Never,
    )
    .within(&[DiscoveryOfSeveral]),
    Row::new(
        "ABDM-1012",
        "No records found against the ABHA Address",
        "the patient is known here and has nothing that is not linked already",
        "nothing, unless a visit is missing: then push it",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1017",
        "Invalid TransactionId",
        "care contexts were chosen from a discovery that we do not know, that is another patient's, or that is too old",
        ANEW,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1056",
        "Invalid Link Reference Number",
        "a one-time password came for a link that we do not know",
        ANEW,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1057",
        "Invalid Care Contexts",
        "a care context was chosen that was not offered, or is gone",
        ANEW,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1060",
        "Invalid Patient Reference Number",
        "care contexts of a patient were chosen who was not offered",
        ANEW,
        Retry::Never,
    ),
    unread(
        "ABDM-1109",
        "Invalid On discovery response",
        "the gateway could not read our answer to a discovery",
    )
    .within(&[Answer, Discovery, DiscoveryOfSeveral]),
    unread(
        "ABDM-1110",
        "Invalid On init response",
        "the gateway could not read our answer to a choice of care contexts",
    ),
    unread(
        "ABDM-1111",
        "Invalid On confirm response",
        "the gateway could not read our answer to a one-time password",
    ),
];
