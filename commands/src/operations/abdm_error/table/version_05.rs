//! Codes of the old interface (v0.5) and of other providers' software. We never send them; they stand
//! in old logs, and in what peers report.

use super::{Retry, Row};

const fn old(code: &'static str, meaning: &'static str, what: &'static str) -> Row {
    let cure = "read it as the code of the present interface that says the same";
    Row::new(code, meaning, what, cure, Retry::Never)
}

pub(super) const ROWS: &[Row] = &[
    old("3402", "Care Context Not Found", "a chosen care context was not offered: now ABDM-1057"),
    old("3403", "Multiple patients found", "a discovery fitted several: now ABDM-1010"),
    old("3404", "No patient found", "a discovery fitted nobody: now ABDM-1010"),
    old("3405", "Invalid OTP", "the one-time password was wrong: now ABDM-1035"),
    old("3406", "OTP expired", "the one-time password came too late: now ABDM-1035"),
    old("3407", "Discovery request does not exist", "an unknown discovery: now ABDM-1017"),
    old("3409", "Duplicate discovery request", "a discovery came twice: now ABDM-1103"),
    old("3410", "Key material expired", "the HIU's key had ended: now ABDM-1031"),
    old("3413", "No request found", "an unknown link reference: now ABDM-1056"),
    old("3416", "Consent artefact not found", "an unknown consent: now ABDM-1112"),
    old("3500", "Save failed", "the other provider could not store a request"),
    old("3501", "SMS not sent", "the one-time password could not be sent: now ABDM-1004"),
    Row::new(
        "Wrapper-1001",
        "Wrapper error",
        "another provider's wrapper failed and has no closer code",
        "ask its operator",
        Retry::Never,
    ),
];
