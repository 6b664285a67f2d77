//! What does not hold, and what must not be done.

use serde_json::Value;

/// Statuses of what was called off, did not happen or was a mistake, and the words for them.
const VOID: [(&str, &str); 16] = [
    ("entered-in-error", "entered in error"),
    ("cancelled", "cancelled"),
    ("revoked", "revoked"),
    ("stopped", "stopped"),
    ("not-done", "not done"),
    ("not-taken", "not taken"),
    ("noshow", "the patient did not come"),
    ("nullified", "withdrawn"),
    ("aborted", "stopped"),
    ("abandoned", "abandoned"),
    ("rejected", "rejected"),
    ("declined", "declined"),
    ("not-billable", "not billed"),
    ("superseded", "replaced by another"),
    ("inactive", "no longer in use"),
    ("unsatisfactory", "could not be used"),
];

/// Why a resource does not hold.
pub(super) fn void(resource: &Value) -> Option<String> {
    let words = |status: &Value| {
        let status = status.as_str()?;
        VOID.iter().find(|(code, _)| *code == status).map(|(_, words)| (*words).to_owned())
    };
    if resource["resourceType"] == "Immunization" && resource["status"] == "not-done" {
        return Some("not given".to_owned());
    }
    if let Some(words) = words(&resource["status"]).or_else(|| words(&resource["docStatus"])) {
        return Some(words);
    }
    let codings = resource["verificationStatus"]["coding"].as_array();
    codings.into_iter().flatten().find_map(|coding| match coding["code"].as_str()? {
        "entered-in-error" => Some("entered in error".to_owned()),
        "refuted" => Some("ruled out".to_owned()),
        _ => None,
    })
}

/// What must not be overlooked of a request: that it forbids, or that it is not to be followed now.
pub(super) fn alert(request: &Value) -> Option<&'static str> {
    let is_medicine = request["resourceType"] == "MedicationRequest";
    match (request["doNotPerform"] == true, request["status"].as_str()) {
        (true, _) if is_medicine => Some("do not take"),
        (true, _) => Some("do not perform"),
        (false, Some("on-hold")) => Some("on hold"),
        (false, _) => None,
    }
}
