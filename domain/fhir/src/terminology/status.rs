//! Status words of a record, matched against the codes that FHIR requires.

use super::normal;

pub(crate) const CONDITION: &[&str] =
    &["active", "recurrence", "relapse", "inactive", "remission", "resolved"];
pub(crate) const ALLERGY: &[&str] = &["active", "inactive", "resolved"];
pub(crate) const PROCEDURE: &[&str] = &[
    "preparation",
    "in-progress",
    "not-done",
    "on-hold",
    "stopped",
    "completed",
    "entered-in-error",
    "unknown",
];
pub(crate) const APPOINTMENT: &[&str] = &[
    "proposed",
    "pending",
    "booked",
    "arrived",
    "fulfilled",
    "cancelled",
    "noshow",
    "entered-in-error",
    "checked-in",
    "waitlist",
];

/// The code among `codes` that `word` spells, with blanks or dashes; none when it spells none.
pub(crate) fn of(codes: &[&'static str], word: Option<&String>) -> Option<&'static str> {
    let word = normal(word?).replace(' ', "-");
    codes.iter().copied().find(|code| *code == word)
}

/// The display that the HL7 code systems give a clinical status.
pub(crate) fn clinical_display(code: &'static str) -> &'static str {
    match code {
        "active" => "Active",
        "recurrence" => "Recurrence",
        "relapse" => "Relapse",
        "inactive" => "Inactive",
        "remission" => "Remission",
        "resolved" => "Resolved",
        other => other,
    }
}
