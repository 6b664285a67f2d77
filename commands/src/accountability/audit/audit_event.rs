//! Converts a line of the export to a FHIR R4 `AuditEvent`.

use serde_json::{Value, json};

use super::export::{AuditRecordKind, Line};

/// The code system of DICOM audit events. FHIR uses its codes.
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";

/// The `action` code: C (create), R (read), U (update) or E (execute).
const fn action(what: AuditRecordKind) -> &'static str {
    match what {
        AuditRecordKind::ConsentGranted => "C",
        AuditRecordKind::ConsentEnded => "U",
        AuditRecordKind::RecordsRequested
        | AuditRecordKind::RequestRefused
        | AuditRecordKind::SignedIn
        | AuditRecordKind::SignedOut => "E",
        AuditRecordKind::DocumentDisclosed
        | AuditRecordKind::DocumentRead
        | AuditRecordKind::PersonViewed
        | AuditRecordKind::Listed => "R",
    }
}

const fn kind(what: AuditRecordKind) -> (&'static str, &'static str) {
    match what {
        AuditRecordKind::ConsentGranted | AuditRecordKind::ConsentEnded => {
            ("110100", "Application Activity")
        }
        AuditRecordKind::RecordsRequested
        | AuditRecordKind::RequestRefused
        | AuditRecordKind::Listed => ("110112", "Query"),
        AuditRecordKind::SignedIn | AuditRecordKind::SignedOut => ("110114", "User Authentication"),
        AuditRecordKind::DocumentDisclosed => ("110106", "Export"),
        AuditRecordKind::DocumentRead | AuditRecordKind::PersonViewed => {
            ("110110", "Patient Record")
        }
    }
}

/// Builds the `AuditEvent`. It contains no more than the line: the patient is a pseudonym, a document is its id.
pub fn audit_event(line: &Line) -> Value {
    let (code, display) = kind(line.what);
    let refused = line.what == AuditRecordKind::RequestRefused;
    let mut entities = vec![];
    let mut entity = |system: &str, value: Option<String>| {
        if let Some(value) = value {
            let identifier = json!({ "system": format!("urn:hip:{system}"), "value": value });
            entities.push(json!({ "what": { "identifier": identifier } }));
        }
    };
    entity("subject", line.patient.map(|id| id.to_string()));
    entity("consent", line.consent.clone());
    entity("care-context", line.care_context.clone());
    entity("document", line.document.map(|id| id.to_string()));
    entity("stream", line.of.clone());
    entity("view", line.view.clone());
    entity("position", Some(line.position.to_string()));
    let who = line.who.as_deref().unwrap_or("the patient");
    json!({
        "resourceType": "AuditEvent",
        "id": line.id,
        "type": { "system": DICOM, "code": code, "display": display },
        "subtype": [{ "system": "urn:hip:event", "code": line.what }],
        "action": action(line.what),
        "recorded": line.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "outcome": if refused { "4" } else { "0" },
        "agent": [{ "who": { "display": who }, "requestor": true }],
        "source": { "observer": { "display": "hip" } },
        "entity": entities,
    })
}
