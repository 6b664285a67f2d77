//! The schema of every body the HIP sends to the gateway (contract sections 3 to 8).
//!
//! If success and failure have different members, the presence of `error` selects the schema. Then `error: null` in a
//! success is a finding, and so is `patient` together with an error.

use serde_json::Value;

use super::shape::Shape::{self, AbhaNumber, Integer, List, Object, OneOf, Text};
use super::shape::{may, must};
use super::text;

pub(super) mod v05;

const UUID: Shape = Text(text::is_uuid, "a UUID in lower case");
const TIMESTAMP: Shape = Text(text::is_timestamp, "YYYY-MM-DDTHH:mm:ss.SSSZ");
const REFERENCE: Shape = Text(text::is_reference_number, "at most 255 of A-Z a-z 0-9 _-@,. ()/:\\");
const DISPLAY: Shape = Text(text::is_display, "at most 255 of A-Z a-z 0-9 _-@,. \"':|()/");
const DESCRIPTION: Shape = Text(text::is_description, "at most 255 of A-Z a-z 0-9 _-@,. \":/");
const ABHA_ADDRESS: Shape = Text(text::is_abha_address, "an ABHA address");
const NOT_EMPTY: Shape = Text(text::is_not_empty, "a text that is not empty");
const HI_TYPE: Shape = OneOf(&[
    "OPConsultation",
    "Prescription",
    "DischargeSummary",
    "DiagnosticReport",
    "ImmunizationRecord",
    "HealthDocumentRecord",
    "WellnessRecord",
    "Invoice",
]);
const RESPONSE: Shape = Object(&[must("requestId", &UUID)]);
const ERROR: Shape = Object(&[
    must("code", &Text(text::is_error_code, "ABDM-dddd or three to six digits")),
    must("message", &NOT_EMPTY),
]);
const CARE_CONTEXTS: Shape =
    List(&Object(&[must("referenceNumber", &REFERENCE), must("display", &DISPLAY)]));
/// The patient groups of a link request or an answer. Each group has the care contexts of one hi type.
const PATIENTS: Shape = List(&Object(&[
    must("referenceNumber", &REFERENCE),
    must("display", &DISPLAY),
    must("careContexts", &CARE_CONTEXTS),
    must("hiType", &HI_TYPE),
    // The range is checked separately, because it has its own error code.
    must("count", &Integer(i64::MIN, i64::MAX)),
]));

pub(super) const SESSION: Shape = Object(&[
    must("clientId", &NOT_EMPTY),
    must("clientSecret", &NOT_EMPTY),
    must("grantType", &OneOf(&["client_credentials"])),
]);

pub(super) const BRIDGE_URL: Shape = Object(&[must("url", &NOT_EMPTY)]);

const GENERATE_TOKEN: Shape = Object(&[
    // NHA defines this member as a number. A number in quotes is refused.
    may("abhaNumber", &Integer(10_000_000_000_000, 99_999_999_999_999)),
    may("abhaAddress", &ABHA_ADDRESS),
    must("name", &Text(text::is_name, "letters, blanks and ',.-")),
    must("gender", &OneOf(&["M", "F", "O", "D", "T", "U"])),
    must("yearOfBirth", &Integer(1000, 9999)),
]);

const LINK_CARE_CONTEXT: Shape = Object(&[
    may("abhaNumber", &AbhaNumber),
    must("abhaAddress", &ABHA_ADDRESS),
    must("patient", &PATIENTS),
]);

const CONTEXT_NOTIFY: Shape = Object(&[must(
    "notification",
    &Object(&[
        must("patient", &Object(&[must("id", &ABHA_ADDRESS)])),
        must(
            "careContext",
            &Object(&[
                must("patientReference", &REFERENCE),
                must("careContextReference", &REFERENCE),
            ]),
        ),
        must("hiTypes", &List(&HI_TYPE)),
        must("date", &TIMESTAMP),
        must(
            "hip",
            &Object(&[
                must("id", &NOT_EMPTY),
                must("name", &NOT_EMPTY),
                must("type", &OneOf(&["HIP"])),
            ]),
        ),
    ]),
)]);

/// One of NHA's files also requires `requestId` and `timestamp` here. The newer files have neither.
const SMS_NOTIFY: Shape = Object(&[must(
    "notification",
    &Object(&[
        must("phoneNo", &Text(text::is_phone_number, "10 to 12 digits")),
        must("hip", &Object(&[must("id", &NOT_EMPTY), must("name", &NOT_EMPTY)])),
    ]),
)]);

const ON_DISCOVER: Shape = Object(&[
    must("transactionId", &UUID),
    must("patient", &PATIENTS),
    must("matchedBy", &List(&OneOf(&["MR", "MOBILE", "ABHA_NUMBER", "ABHA_ADDRESS"]))),
    must("response", &RESPONSE),
]);

const LINK: Shape = Object(&[
    must("referenceNumber", &NOT_EMPTY),
    must("authenticationType", &OneOf(&["DIRECT"])),
    must(
        "meta",
        &Object(&[
            must("communicationMedium", &OneOf(&["MOBILE"])),
            must("communicationHint", &Text(text::is_masked, "at most four digits and a mask")),
            must("communicationExpiry", &TIMESTAMP),
        ]),
    ),
]);
const ON_INIT: Shape =
    Object(&[must("transactionId", &UUID), must("link", &LINK), must("response", &RESPONSE)]);

const ON_CONFIRM: Shape = Object(&[must("patient", &PATIENTS), must("response", &RESPONSE)]);

/// An error answer that contains its transaction id.
const TRANSACTION_ERROR: Shape =
    Object(&[must("transactionId", &UUID), must("error", &ERROR), must("response", &RESPONSE)]);
const PLAIN_ERROR: Shape = Object(&[must("error", &ERROR), must("response", &RESPONSE)]);

const CONSENT_ACKNOWLEDGEMENT: Shape =
    Object(&[must("status", &OneOf(&["OK"])), must("consentId", &UUID)]);
const CONSENT_REFUSAL: Shape =
    Object(&[must("status", &OneOf(&["ERROR"])), may("consentId", &UUID)]);
const CONSENT_OK: Shape =
    Object(&[must("acknowledgement", &CONSENT_ACKNOWLEDGEMENT), must("response", &RESPONSE)]);
const CONSENT_ERROR: Shape = Object(&[
    may("acknowledgement", &CONSENT_REFUSAL),
    must("error", &ERROR),
    must("response", &RESPONSE),
]);

const SESSION_ACKNOWLEDGED: Shape =
    Object(&[must("transactionId", &UUID), must("sessionStatus", &OneOf(&["ACKNOWLEDGED"]))]);
const ON_REQUEST: Shape =
    Object(&[must("hiRequest", &SESSION_ACKNOWLEDGED), must("response", &RESPONSE)]);

const STATUS_RESPONSE: Shape = Object(&[
    must("careContextReference", &REFERENCE),
    must("hiStatus", &OneOf(&["DELIVERED", "ERRORED"])),
    may("description", &DESCRIPTION),
]);
const NOTIFICATION: Shape = Object(&[
    must("consentId", &UUID),
    must("transactionId", &UUID),
    must("doneAt", &TIMESTAMP),
    must("notifier", &Object(&[must("type", &OneOf(&["HIP"])), must("id", &NOT_EMPTY)])),
    must(
        "statusNotification",
        &Object(&[
            must("sessionStatus", &OneOf(&["TRANSFERRED", "FAILED"])),
            must("hipId", &NOT_EMPTY),
            must("statusResponses", &List(&STATUS_RESPONSE)),
        ]),
    ),
]);
const DATA_FLOW_NOTIFY: Shape = Object(&[must("notification", &NOTIFICATION)]);

const ON_SHARE: Shape = Object(&[
    must(
        "acknowledgement",
        &Object(&[
            must("status", &OneOf(&["SUCCESS"])),
            must("abhaAddress", &ABHA_ADDRESS),
            must(
                "profile",
                &Object(&[
                    must("context", &NOT_EMPTY),
                    must("tokenNumber", &NOT_EMPTY),
                    // Seconds. One other implementation sends a date here.
                    must("expiry", &Integer(1, 86_400)),
                ]),
            ),
        ]),
    ),
    must("response", &RESPONSE),
]);

fn pick(body: &Value, success: &'static Shape, failure: &'static Shape) -> &'static Shape {
    match body.get("error") {
        // With a null error the schema of success applies, in which `error` is an unknown member.
        None | Some(Value::Null) => success,
        Some(_) => failure,
    }
}

pub(super) fn generate_token(_: &Value) -> &'static Shape {
    &GENERATE_TOKEN
}

pub(super) fn link_care_context(_: &Value) -> &'static Shape {
    &LINK_CARE_CONTEXT
}

pub(super) fn context_notify(_: &Value) -> &'static Shape {
    &CONTEXT_NOTIFY
}

pub(super) fn sms_notify(_: &Value) -> &'static Shape {
    &SMS_NOTIFY
}

pub(super) fn on_discover(body: &Value) -> &'static Shape {
    pick(body, &ON_DISCOVER, &TRANSACTION_ERROR)
}

pub(super) fn on_init(body: &Value) -> &'static Shape {
    pick(body, &ON_INIT, &TRANSACTION_ERROR)
}

pub(super) fn on_confirm(body: &Value) -> &'static Shape {
    pick(body, &ON_CONFIRM, &PLAIN_ERROR)
}

pub(super) fn consent_on_notify(body: &Value) -> &'static Shape {
    pick(body, &CONSENT_OK, &CONSENT_ERROR)
}

pub(super) fn on_request(body: &Value) -> &'static Shape {
    pick(body, &ON_REQUEST, &PLAIN_ERROR)
}

pub(super) fn on_share(body: &Value) -> &'static Shape {
    pick(body, &ON_SHARE, &PLAIN_ERROR)
}

pub(super) fn data_flow_notify(_: &Value) -> &'static Shape {
    &DATA_FLOW_NOTIFY
}
