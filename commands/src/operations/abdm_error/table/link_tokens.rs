//! Link tokens: not given, or not accepted.

use super::{Mark, Retry, Row};

const RENEWED: &str =
    "nothing: the token is dropped, another is asked for, and the link is tried once more";

const fn refused(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    use crate::operations::abdm_error::Context::{LinkCareContext, OnCareContext};
    Row::new(code, meaning, what, RENEWED, Retry::Now)
        .within(&[LinkCareContext, OnCareContext])
        .marked(Mark::LinkTokenRefused)
}

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1026",
        "Invalid Link Token",
        "the gateway does not accept the link token",
        RENEWED,
        Retry::Now,
    )
    .marked(Mark::LinkTokenRefused),
    Row::new(
        "ABDM-1027",
        "You are blocked. Please try again after 24 hours.",
        "the gateway has blocked this patient's ABHA address for a day, after more than three token requests; other patients are not concerned",
        "nothing: it is tried again after the day",
        Retry::A_DAY,
    ),
    Row::new(
        "ABDM-1038",
        "ABHA address and Link token mismatch",
        "the link token was given for another ABHA address",
        RENEWED,
        Retry::Now,
    )
    .marked(Mark::LinkTokenRefused),
    refused(
        "ABDM-1062",
        "ABHA number mismatch with Link token",
        "the link token was given for another ABHA number",
    ),
    refused(
        "ABDM-1063",
        "HIP Id mismatch with Link token",
        "the link token was given for another facility",
    ),
    refused(
        "ABDM-1066",
        "Invalid JWT token",
        "the link token is not one of the gateway's, or has ended",
    ),
];
