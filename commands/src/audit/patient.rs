//! To whom a person's records went, and who has looked at them: told from the log alone.

use chrono::{DateTime, Utc};
use hip_domain::access::{AccessEvent, Reader, View};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use serde::Serialize;
use uuid::Uuid;

use super::{ConsentAudit, consent};
use crate::port::Evidence;
use crate::port::eraser::Whose;
use crate::port::evidence::EvidenceError;

/// What became of a person's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientAudit {
    /// Who, by the pseudonym that selects their key.
    pub patient: Uuid,
    /// Where they are treated.
    pub facility: String,
    /// Their consents, the newest first, each with everything that was sent under it.
    pub consents: Vec<ConsentAudit>,
    /// Who has looked at them here, the newest first, at most a thousand.
    pub looks: Vec<Look>,
}

/// Somebody at the facility, or of the service, has looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// Position in the log: `hip audit prove` takes it.
    pub position: i64,
    /// Who, by the name of their key or the part that they played.
    pub who: String,
    /// At what: `document`, `audit`, `search` or `erasure`.
    pub what: String,
    /// Which document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Uuid>,
}

/// Tells what became of a person's records.
///
/// # Errors
///
/// The log cannot be read.
pub async fn patient(
    evidence: &dyn Evidence,
    whose: &Whose,
) -> Result<PatientAudit, EvidenceError> {
    let mut consents = vec![];
    for id in evidence.all_consents(&whose.facility, &whose.addresses).await? {
        consents.extend(consent(evidence, &id, None).await?);
    }
    let looks = evidence.looks(whose.subject).await?;
    Ok(PatientAudit {
        patient: whose.subject.0,
        facility: whose.facility.to_string(),
        consents,
        looks: looks.iter().filter_map(look).collect(),
    })
}

fn look(recorded: &Recorded<Event>) -> Option<Look> {
    let Event::Access(event) = &recorded.event else { return None };
    let (who, what, document) = match event {
        AccessEvent::RecordRead { reader, client, document_id, .. } => {
            let part = match reader {
                Reader::RecordSystem => "record system",
                Reader::Auditor => "auditor",
            };
            let who = client.as_ref().map_or_else(|| part.to_owned(), ToString::to_string);
            (who, "document", Some(*document_id))
        }
        AccessEvent::PersonViewed { client, view } => {
            let what = match view {
                View::Audit => "audit",
                View::Search => "search",
                View::Erasure => "erasure",
            };
            (client.to_string(), what, None)
        }
        AccessEvent::RequestIdReused { .. } | AccessEvent::FacilityChosen { .. } => return None,
    };
    let (at, position) = (recorded.recorded_at, recorded.position);
    Some(Look { at, position, who, what: what.to_owned(), document })
}
