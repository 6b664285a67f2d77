//! Compares a decrypted document with the consent and the request: hi type, date and patient.
//!
//! The HIU reads the bundle itself, independently of the HIP's code, to check that the HIP follows the consent.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde_json::Value;

use crate::gateway::register::AbhaHolder;
use crate::gateway::text;
use crate::phr::consent::ConsentRecord;
use crate::run::clock;

/// Start and end of a time range, both included.
pub(crate) type Range = (DateTime<Utc>, DateTime<Utc>);

/// The fixed code of `Composition.type` by hi type, SNOMED CT (ABDM document profiles).
const CODES: [(&str, &str); 5] = [
    ("371530004", "OPConsultation"),
    ("440545006", "Prescription"),
    ("373942005", "DischargeSummary"),
    ("41000179103", "ImmunizationRecord"),
    ("419891008", "HealthDocumentRecord"),
];
/// The fixed text of `Composition.type` for profiles without a code.
const TEXTS: [(&str, &str); 2] =
    [("Wellness Record", "WellnessRecord"), ("Invoice Record", "Invoice")];
const SNOMED_CT: &str = "http://snomed.info/sct";
/// Part of the system URL of identifiers that are ABHA numbers.
const ABHA_NUMBER_SYSTEM: &str = "healthid";

/// Returns all rules of the consent and the request that a document violates.
pub(super) fn examine(
    bundle: &Value,
    consent: &ConsentRecord,
    asked: Option<Range>,
    holder: Option<&AbhaHolder>,
) -> Vec<String> {
    let mut found = vec![];
    if bundle["type"] != "document" {
        found.push("the bundle is no document".to_owned());
    }
    let Some(composition) = composition(bundle) else {
        found.push("the first entry of the bundle is no Composition".to_owned());
        return found;
    };
    match hi_type(composition) {
        None => found.push("Composition.type names no hi type".to_owned()),
        Some(hi_type) => {
            let granted = consent.detail["hiTypes"].as_array().map_or(&[][..], Vec::as_slice);
            if !granted.iter().any(|granted| granted == hi_type) {
                found.push(format!("{hi_type} was not granted"));
            }
        }
    }
    match dated(bundle, composition) {
        None => found.push("neither the Composition nor the Encounter has a date".to_owned()),
        Some(dated) => {
            if consent.date_range().is_some_and(|range| !overlap(dated, range)) {
                found.push("the record dates outside the consent's range".to_owned());
            }
            if asked.is_some_and(|range| !overlap(dated, range)) {
                found.push("the record dates outside the range that was asked".to_owned());
            }
        }
    }
    found.extend(subject(bundle, composition, consent, holder));
    found
}

/// The hi type of a document bundle, from its Composition.
pub(super) fn hi_type_of(bundle: &Value) -> Option<&'static str> {
    hi_type(composition(bundle)?)
}

fn entries(bundle: &Value) -> &[Value] {
    bundle["entry"].as_array().map_or(&[], Vec::as_slice)
}

fn composition(bundle: &Value) -> Option<&Value> {
    let first = &entries(bundle).first()?["resource"];
    (first["resourceType"] == "Composition").then_some(first)
}

fn hi_type(composition: &Value) -> Option<&'static str> {
    let kind = &composition["type"];
    let codings = kind["coding"].as_array().map_or(&[][..], Vec::as_slice);
    let by_code = CODES.iter().find(|(code, _)| codings.iter().any(|it| it["code"] == *code));
    let by_text = || TEXTS.iter().find(|(text, _)| kind["text"] == *text);
    if let Some((_, hi_type)) = by_code.or_else(by_text) {
        return Some(hi_type);
    }
    // The type of a diagnostic report may be any SNOMED CT concept.
    codings.iter().any(|it| it["system"] == SNOMED_CT).then_some("DiagnosticReport")
}

/// The Composition's date; without it, the start of the Encounter. A date without time means the whole day.
fn dated(bundle: &Value, composition: &Value) -> Option<Range> {
    let encounter =
        entries(bundle).iter().find(|entry| entry["resource"]["resourceType"] == "Encounter");
    let date = composition["date"].as_str();
    let start = || encounter?["resource"]["period"]["start"].as_str();
    read_date(date.or_else(start)?)
}

fn read_date(text: &str) -> Option<Range> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some((at.to_utc(), at.to_utc()));
    }
    let day: NaiveDate = text.parse().ok()?;
    let from = day.and_time(NaiveTime::MIN).and_utc();
    Some((from, from.checked_add_days(Days::new(1))?))
}

fn overlap(one: Range, other: Range) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

/// The subject must be the only Patient of the bundle, and must not have another ABHA.
fn subject(
    bundle: &Value,
    composition: &Value,
    consent: &ConsentRecord,
    holder: Option<&AbhaHolder>,
) -> Option<String> {
    let is_patient = |entry: &&Value| entry["resource"]["resourceType"] == "Patient";
    let patients: Vec<&Value> = entries(bundle).iter().filter(is_patient).collect();
    let [patient] = patients.as_slice() else {
        return Some("a document must carry exactly one Patient".to_owned());
    };
    let reference = composition["subject"]["reference"].as_str().unwrap_or_default();
    let by_id = patient["resource"]["id"].as_str().map(|id| format!("Patient/{id}"));
    if patient["fullUrl"] != reference && by_id.as_deref() != Some(reference) {
        return Some("Composition.subject is not the Patient of the bundle".to_owned());
    }
    let identifiers = patient["resource"]["identifier"].as_array().map_or(&[][..], Vec::as_slice);
    let claims: Vec<&str> = identifiers.iter().filter_map(abha_claim).collect();
    let own = consent.request.abha_address.as_str();
    let is_own = |claim: &&str| {
        *claim == own || holder.is_some_and(|holder| holder.abha_number == claim.replace('-', ""))
    };
    (!claims.is_empty() && !claims.iter().any(is_own))
        .then(|| "the Patient is known under another ABHA than the consent's".to_owned())
}

/// The value of an identifier that is an ABHA address or an ABHA number.
fn abha_claim(identifier: &Value) -> Option<&str> {
    let value = identifier["value"].as_str()?;
    let system = identifier["system"].as_str().unwrap_or_default();
    let is_number = system.contains(ABHA_NUMBER_SYSTEM);
    (is_number || text::is_abha_address(value)).then_some(value)
}

impl ConsentRecord {
    /// The permitted range of record dates.
    fn date_range(&self) -> Option<Range> {
        let range = &self.detail["permission"]["dateRange"];
        let moment = |member: &str| clock::read_wire(range[member].as_str()?);
        Some((moment("from")?, moment("to")?))
    }
}
