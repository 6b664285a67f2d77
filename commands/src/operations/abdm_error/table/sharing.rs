//! Patients who share their profile at a counter.

use super::{Retry, Row};

const APP: &str = "nothing on our side: the patient's app sent it so";

const fn unreadable(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    Row::new(code, meaning, what, APP, Retry::Never)
}

pub(super) const ROWS: &[Row] = &[
    unreadable(
        "ABDM-1049",
        "Invalid Profile Share Intent Keys",
        "a shared profile does not say for what it is shared",
    ),
    unreadable(
        "ABDM-1050",
        "Invalid Profile Share Metadata Keys",
        "a shared profile does not say where it is shared",
    ),
    unreadable(
        "ABDM-1084",
        "ABHA address mismatch with X Auth token",
        "a profile was shared under another patient's login",
    ),
    unreadable(
        "ABDM-1085",
        "ABHA number mismatch with X Auth token",
        "a profile was shared under another patient's login",
    ),
    unreadable(
        "ABDM-1086",
        "Patient profile mismatch with X Auth token",
        "a profile was shared under another patient's login",
    ),
    unreadable(
        "ABDM-1102",
        "Profile information cannot be null",
        "a shared profile has nothing in it",
    ),
    Row::new(
        "ABDM-1149",
        "Intent type is not supported at HIP end",
        "something else than a profile was shared: a record or a payment",
        "nothing: this service takes profiles only",
        Retry::Never,
    ),
];
