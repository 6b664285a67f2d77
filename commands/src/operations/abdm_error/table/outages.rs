//! Somebody is away or busy: it passes.

use super::{Retry, Row};
use crate::operations::abdm_error::Context::{
    LinkCareContext, LinkConfirm, LinkInit, OnCareContext, OnGenerateToken, ProfileShare,
};

const WAIT: &str = "nothing, unless it lasts: then ask NHA's support with the REQUEST-ID";

const fn outage(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    Row::new(code, meaning, what, WAIT, Retry::SOON)
}

pub(super) const ROWS: &[Row] = &[
    outage("ABDM-1000", "Unable to connect the database", "the gateway's database is away"),
    outage("ABDM-1004", "SMS Gateway is unavailable", "the network's SMS service is away"),
    Row::new(
        "ABDM-1004",
        "SMS Gateway is unavailable",
        "our own SMS service did not take the one-time password, and the patient's app was told so",
        "look at the [sms] section and at that service; the patient has to try again",
        Retry::Never,
    )
    .within(&[LinkInit]),
    outage("ABDM-1007", "Connection failed due to timeout", "a service behind the gateway is slow"),
    Row::new(
        "ABDM-1008",
        "SMS service currently disabled",
        "the network's SMS service is switched off",
        WAIT,
        Retry::SLOWLY,
    ),
    outage("ABDM-1011", "Gateway database unavailable", "the gateway's database is away"),
    outage("ABDM-1018", "Share Profile database unavailable", "the gateway's database is away"),
    outage("ABDM-1019", "Dependent Service Unavailable", "a service behind the gateway is away"),
    outage("ABDM-1020", "Unknown database", "the gateway's database is away"),
    Row::new(
        "ABDM-1022",
        "Too many requests",
        "the gateway asks us to slow down",
        "nothing, unless it lasts: then push old visits in smaller portions",
        Retry::SLOWLY,
    ),
    Row::new(
        "ABDM-1022",
        "Too many requests",
        "too many one-time passwords were sent to this patient or telephone, or wrong ones tried",
        "nothing: the patient tries again later; [otp] in the configuration says when",
        Retry::Never,
    )
    .within(&[LinkInit, LinkConfirm]),
    Row::new(
        "ABDM-2429",
        "Too many requests found",
        "the gateway asks us to slow down",
        "nothing, unless it lasts: then push old visits in smaller portions",
        Retry::SLOWLY,
    ),
    outage("ABDM-1024", "Dependent service unavailable", "a service behind the gateway is away"),
    outage("ABDM-1029", "Redis server is unavailable", "a service behind the gateway is away"),
    outage("ABDM-1033", "HIU is unavailable", "the health information user cannot be reached"),
    outage("ABDM-1034", "Notification service unavailable", "the network's notifications are away"),
    outage("ABDM-1044", "Broadcast Failed", "the network's notifications are away"),
    outage("ABDM-1045", "Database Access is restricted", "the gateway's database is away"),
    outage("ABDM-1048", "Timeout", "a service behind the gateway is slow"),
    outage(
        "ABDM-1108",
        "Notification DB service unavailable",
        "the network's notifications are away",
    ),
    outage("ABDM-1109", "ABHA DB service unavailable", "the register of ABHAs is away"),
    outage(
        "ABDM-9999",
        "Unknown exception",
        "the gateway failed in a way that it has no code for; an empty list of patients was seen to cause it too",
    ),
    Row::new(
        "ABDM-9999",
        "HIP is unable to generate a token at this time. Please try again later.",
        "we could not serve a patient at the counter",
        "look for an error of ours at that time; the patient has to share again",
        Retry::Never,
    )
    .within(&[ProfileShare]),
    Row::new(
        "ABDM-9999",
        "Unknown exception",
        "the gateway failed over a link request or its token; each try counts against three token requests a day",
        WAIT,
        Retry::SLOWLY,
    )
    .within(&[OnGenerateToken, LinkCareContext, OnCareContext]),
    Row::new(
        "ABDM-1028",
        "HIP is unavailable",
        "the gateway could not reach us",
        "check with `hip doctor` that the bridge URL is ours and that it can be reached from outside",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1401",
        "HIP is not available",
        "the gateway could not reach us",
        "check with `hip doctor` that the bridge URL is ours and that it can be reached from outside",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1402",
        "Acknowledgement is not received from HIP",
        "the gateway waited for an answer of ours in vain",
        "look for calls that wait or were given up (`hip events list`), mend their cause and replay the callback",
        Retry::AfterFix,
    ),
];
