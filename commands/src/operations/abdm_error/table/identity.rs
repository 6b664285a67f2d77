//! Who we are, who the patient is.

use super::{Mark, Retry, Row};
use crate::operations::abdm_error::Context::{Callback, LinkConfirm, LinkConfirmExpired};

const LISTED: &str = "set the facility's id to what `hip doctor` shows in bridge-services; the id of the facility register may lack a suffix";

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "ABDM-1013",
        "Invalid ABHA Number",
        "the patient's ABHA number is none",
        "correct the ABHA number at the desk and push the visit again",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1023",
        "Invalid User",
        "the network does not know the patient or the client",
        "check the patient's ABHA address, and client_id in section [gateway]",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1025",
        "Invalid ServiceId",
        "the gateway does not know the facility's service id",
        LISTED,
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1035",
        "Invalid HIP ID",
        "the gateway does not know the facility that we act for, or not under this bridge",
        LISTED,
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1035",
        "Invalid HIP ID",
        "a callback was for a facility that is not served here, and was not stored",
        "add a [[facility]] with this id, or register another bridge URL for that facility",
        Retry::AfterFix,
    )
    .within(&[Callback]),
    Row::new(
        "ABDM-1035",
        "Incorrect OTP",
        "the patient typed another one-time password than was sent",
        "nothing: the patient may try again, three times in all",
        Retry::Never,
    )
    .within(&[LinkConfirm]),
    Row::new(
        "ABDM-1035",
        "OTP expired",
        "the one-time password came after its time, or the link was closed by wrong ones",
        "nothing: the patient has to choose the care contexts again",
        Retry::Never,
    )
    .within(&[LinkConfirmExpired]),
    Row::new(
        "ABDM-1036",
        "Data does not matched",
        "name, gender or year of birth are not what the patient's ABHA says",
        "compare the desk's data with the ABHA card, correct them, push the visit again",
        Retry::AfterFix,
    )
    .marked(Mark::DemographicMismatch),
    Row::new(
        "ABDM-1040",
        "Invalid HIU ID",
        "the gateway does not know the health information user that is named",
        "nothing on our side: the user's registration is wrong",
        Retry::Never,
    ),
    Row::new(
        "ABDM-1042",
        "Provider Mandatory",
        "a message named no provider",
        "check the facility's id; when it is right, report it with its REQUEST-ID",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1043",
        "ABHA Address does not match with KYC details.",
        "name, gender or year of birth are not what the patient's ABHA says",
        "compare the desk's data with the ABHA card, correct them, push the visit again",
        Retry::AfterFix,
    )
    .marked(Mark::DemographicMismatch),
    Row::new(
        "ABDM-1051",
        "Invalid ABHA Number or ABHA Address",
        "the network does not know the patient's ABHA number or address",
        "correct the ABHA at the desk and push the visit again",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1055",
        "Invalid HIP Id or PHR Id",
        "the gateway does not know the facility or the patient's ABHA address",
        LISTED,
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1115",
        "Patient information is missing",
        "a message about a patient did not say enough about them",
        "complete name, gender and year of birth at the desk and push the visit again",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1125",
        "ABHA cannot be null",
        "a message about a patient named no ABHA",
        "add the patient's ABHA address at the desk and push the visit again",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1150",
        "Bridge API version cannot be null",
        "the bridge is registered without a version of the interface",
        "ask NHA's support to complete the registration",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1170",
        "Invalid ABHA address",
        "the patient's ABHA address is none, or the network does not know it",
        "correct the ABHA address at the desk and push the visit again",
        Retry::AfterFix,
    ),
    Row::new(
        "ABDM-1207",
        "The demographics do not match the ABHA record",
        "name, gender or year of birth are not what the patient's ABHA says",
        "compare the desk's data with the ABHA card, correct them, push the visit again",
        Retry::AfterFix,
    )
    .marked(Mark::DemographicMismatch),
    Row::new(
        "ABDM-1407",
        "The ABHA Number associated with this ABHA Address is currently deactivated. Please reactivate it.",
        "the patient has deactivated their ABHA",
        "nothing: their link tokens and consents are dropped; the patient can reactivate the ABHA",
        Retry::Never,
    )
    .marked(Mark::AbhaDeactivated),
];
