//! Status words of a record, and the codes that FHIR requires.
//!
//! A word outside these tables is not understood: no code is claimed for it.

mod word;

use self::word::code;

/// Of an illness: `condition-clinical`.
const CONDITION: &[(&str, &[&str])] = &[
    ("active", &["active", "present", "current", "ongoing", "on treatment", "under treatment"]),
    ("recurrence", &["recurrence", "recurrent"]),
    ("relapse", &["relapse", "relapsed"]),
    ("inactive", &["inactive", "not active", "past"]),
    ("remission", &["remission", "in remission"]),
    ("resolved", &["resolved", "cured", "recovered", "healed"]),
];

/// Of a procedure: `event-status`.
const PROCEDURE: &[(&str, &[&str])] = &[
    ("preparation", &["preparation", "planned", "scheduled", "advised", "ordered", "pending"]),
    ("in-progress", &["in progress", "ongoing", "started"]),
    ("not-done", &["not done", "not performed", "cancelled", "canceled", "refused", "declined"]),
    ("on-hold", &["on hold", "postponed", "deferred", "suspended"]),
    ("stopped", &["stopped", "aborted", "abandoned", "discontinued", "terminated"]),
    ("completed", &["completed", "complete", "done", "performed", "finished"]),
    ("entered-in-error", &["entered in error"]),
    ("unknown", &["unknown", "not known"]),
];

/// Of an appointment: `appointmentstatus`.
const APPOINTMENT: &[(&str, &[&str])] = &[
    ("proposed", &["proposed", "requested", "suggested", "advised"]),
    ("pending", &["pending", "tentative"]),
    ("booked", &["booked", "confirmed", "scheduled"]),
    ("arrived", &["arrived"]),
    ("fulfilled", &["fulfilled", "completed", "done", "attended", "visited"]),
    ("cancelled", &["cancelled", "canceled"]),
    ("noshow", &["noshow", "no show", "missed", "not attended", "did not attend"]),
    ("entered-in-error", &["entered in error"]),
    ("checked-in", &["checked in"]),
    ("waitlist", &["waitlist", "waitlisted", "waiting list"]),
];

/// What a status word says of an allergy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AllergyStatus {
    /// `allergyintolerance-clinical`; none for what was entered in error.
    pub(crate) clinical: Option<&'static str>,
    /// `allergyintolerance-verification`.
    pub(crate) verification: &'static str,
}

impl AllergyStatus {
    /// That of an allergy in a record that says nothing about its status.
    pub(crate) const LISTED: Self = Self::of("active", "unconfirmed");

    const fn of(clinical: &'static str, verification: &'static str) -> Self {
        Self { clinical: Some(clinical), verification }
    }
}

const ALLERGY: &[(AllergyStatus, &[&str])] = &[
    (AllergyStatus::LISTED, &["active", "present", "current", "unconfirmed", "suspected"]),
    (AllergyStatus::of("active", "confirmed"), &["confirmed", "active confirmed"]),
    (AllergyStatus::of("inactive", "unconfirmed"), &["inactive", "not active", "past"]),
    (AllergyStatus::of("resolved", "unconfirmed"), &["resolved", "outgrown", "outgrew", "cured"]),
    // R4 wants a clinical status beside it (ait-1): nobody is at risk of what was refuted.
    (
        AllergyStatus::of("inactive", "refuted"),
        &["refuted", "ruled out", "disproved", "disproven", "excluded", "not allergic"],
    ),
    (AllergyStatus { clinical: None, verification: "entered-in-error" }, &["entered in error"]),
];

pub(crate) fn condition(word: &str) -> Option<&'static str> {
    code(CONDITION, word)
}

pub(crate) fn procedure(word: &str) -> Option<&'static str> {
    code(PROCEDURE, word)
}

pub(crate) fn appointment(word: &str) -> Option<&'static str> {
    code(APPOINTMENT, word)
}

pub(crate) fn allergy(word: &str) -> Option<AllergyStatus> {
    code(ALLERGY, word)
}

/// The display that the HL7 code systems give a status of an illness or an allergy.
pub(crate) fn display(code: &'static str) -> &'static str {
    match code {
        "active" => "Active",
        "recurrence" => "Recurrence",
        "relapse" => "Relapse",
        "inactive" => "Inactive",
        "remission" => "Remission",
        "resolved" => "Resolved",
        "unconfirmed" => "Unconfirmed",
        "provisional" => "Provisional",
        "differential" => "Differential",
        "confirmed" => "Confirmed",
        "refuted" => "Refuted",
        "entered-in-error" => "Entered in Error",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_records_get_the_code_that_they_mean() {
        assert_eq!(procedure("Done"), Some("completed"));
        assert_eq!(procedure("CANCELLED"), Some("not-done"));
        assert_eq!(procedure("Planned"), Some("preparation"));
        assert_eq!(procedure("not_done."), Some("not-done"));
        assert_eq!(appointment("No-Show"), Some("noshow"));
        assert_eq!(appointment("Rescheduled"), None);
        assert_eq!(condition("Cured"), Some("resolved"));
        assert_eq!(condition("Controlled"), None);
    }

    #[test]
    fn an_allergy_that_is_no_more_is_not_active() {
        let clinical = |word| allergy(word).map(|status| status.clinical);
        assert_eq!(clinical("Active"), Some(Some("active")));
        assert_eq!(clinical("Outgrown"), Some(Some("resolved")));
        assert_eq!(clinical("Not Active"), Some(Some("inactive")));
        assert_eq!(clinical("Entered in error"), Some(None));
        assert_eq!(allergy("Refuted").map(|status| status.verification), Some("refuted"));
        assert_eq!(allergy("No"), None);
    }
}
