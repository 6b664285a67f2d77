//! Consents, and the health information that flows under them.

use super::{Retry, Row};
use crate::operations::abdm_error::Context::{ConsentNotify, DataFlow, Push};

const ANOTHER_CONSENT: &str = "nothing on our side: the HIU needs another consent";

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1001",
        "No data found",
        "there is nothing to send: none of the care contexts has a document that the request and the consent cover",
        "look with `hip visit show` whether the visit was pushed and its documents are valid",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1031",
        "Invalid request",
        "a data request was refused: its key material has expired or is none, or its push address is not https or leads into a private network",
        "the HIU has to send another request; `hip crypto explain` says what is wrong with a key",
        Retry::Never,
    )
    .within(&[DataFlow, Push]),
    Row::new(
        "ABDM-1031",
        "Invalid request",
        "a consent notification was refused: a member of the artefact is missing or has another form",
        "look at the callback's field, and replay it when it can be read",
        Retry::AfterFix,
    )
    .within(&[ConsentNotify]),
    Row::new(
        "ABDM-1046",
        "Invalid Purpose",
        "the purpose of a consent is not one of the network's",
        ANOTHER_CONSENT,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1047",
        "Purpose does not exist",
        "the purpose of a consent is not one of the network's",
        ANOTHER_CONSENT,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1061",
        "Consent artefact expired",
        "records were asked for after the consent had expired",
        ANOTHER_CONSENT,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1062",
        "Consent Not granted",
        "records were asked for under a consent that is revoked or was denied",
        ANOTHER_CONSENT,
        Retry::Never,
    ),
    Row::new(
        "ABDM-1063",
        "Date Range given is invalid",
        "records were asked for from a time that the consent does not cover",
        "nothing on our side: the HIU has to ask for a range inside the consent's",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1112",
        "Invalid or already expired consent artefact id",
        "records were asked for under a consent that never arrived here, or is not for this facility",
        "nothing, when the consent is another facility's; else look whether its notification was refused",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1120",
        "Invalid health information notification",
        "the report on a transfer was refused; peers saw this on the HIU's side",
        "compare the care contexts of the report with those of the consent",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-2501",
        "Payment status is invalid",
        "a message about a payment had an unknown status",
        "a HIP has no such message: report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
];
