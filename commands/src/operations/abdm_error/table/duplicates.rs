//! "We have had this before." After an attempt of unknown outcome that is good news: it had arrived.

use super::{Mark, Retry, Row};
use crate::operations::abdm_error::Context::{Answer, Callback, LinkConfirm};

const ARRIVED: &str = "nothing: the first message arrived and counts";

const fn duplicate(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    Row::new(code, meaning, what, ARRIVED, Retry::AlreadyDone).marked(Mark::Duplicate)
}

pub(super) const ROWS: &[Row] = &[
    duplicate(
        "ABDM-1064",
        "request with this request id already exists",
        "the gateway has had a message with this REQUEST-ID",
    ),
    duplicate(
        "ABDM-1064",
        "request with this request id already exists",
        "a callback came again under the same REQUEST-ID with another body; the first one counts",
    )
    .within(&[Callback]),
    duplicate(
        "ABDM-1087",
        "Duplicate patient share request",
        "this profile was shared and answered before",
    ),
    duplicate(
        "ABDM-1090",
        "Duplicate HIP link request",
        "the gateway has had this link request; its answer comes, or came, by callback",
    ),
    duplicate("ABDM-1091", "Duplicate Get links request", "this list of links was asked for before"),
    Row::new(
        "ABDM-1092",
        "Duplicate Link token request",
        "a link token for this patient and facility was requested a few minutes ago; a fresh REQUEST-ID does not help",
        "nothing: it is asked for again after seven minutes, unless the answer to the first request comes before",
        Retry::SEVEN_MINUTES,
    )
    .marked(Mark::Duplicate),
    duplicate("ABDM-1093", "Duplicate Bridge request", "the bridge was set up before"),
    duplicate(
        "ABDM-1094",
        "Duplicate bridge patch request",
        "the bridge URL was changed to this before",
    ),
    duplicate("ABDM-1095", "Duplicate Bridge service request", "the service was set up before"),
    duplicate(
        "ABDM-1103",
        "Duplicate Discovery request",
        "this discovery was asked and answered before",
    ),
    duplicate("ABDM-1104", "Duplicate Init request", "this choice was made and answered before"),
    duplicate(
        "ABDM-1105",
        "Duplicate Confirm request",
        "this one-time password was sent and answered before",
    ),
    duplicate(
        "ABDM-1106",
        "Duplicate On discovery request",
        "the gateway has had our answer to this discovery",
    ),
    duplicate(
        "ABDM-1107",
        "Duplicate On init request",
        "the gateway has had our answer to this choice",
    ),
    duplicate(
        "ABDM-1108",
        "Duplicate On confirm request",
        "the gateway has had our answer to this one-time password",
    )
    .within(&[Answer, LinkConfirm]),
    duplicate(
        "ABDM-1113",
        "Duplicate health information provider data flow response",
        "the gateway has had our answer to this data request, or our report of its end",
    ),
];
