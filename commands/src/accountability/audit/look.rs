//! Who has looked, as an auditor reads it.

use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use serde::Serialize;
use uuid::Uuid;

use crate::port::HistoryReader;
use crate::port::history_reader::{HistoryError, LOOKS_MAX};

/// Somebody at the facility, or of the service, has looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// When; of looks that are alike, the first in an hour.
    pub at: DateTime<Utc>,
    /// Position in the log: `hip audit prove` takes it.
    pub position: i64,
    /// Who, by the name of their key or the part that they played; `command-line` for whoever used it.
    pub who: String,
    /// At what: `document`, or a [`hip_domain::access::View`].
    pub what: String,
    /// Which document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Uuid>,
    /// Which visit, consent, transfer, message: by the name of its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Look {
    /// The look that was noticed; nothing, when something else was.
    pub(super) fn of(recorded: &Recorded<Event>) -> Option<Self> {
        let Event::Access(event) = &recorded.event else { return None };
        let (who, what, document, of) = match event {
            AccessEvent::RecordRead { reader, client, document_id, visit, .. } => {
                let who = client
                    .as_ref()
                    .map_or_else(|| reader.as_words().to_owned(), ToString::to_string);
                (who, "document", Some(*document_id), Some(visit))
            }
            AccessEvent::PersonViewed { client, view, of } => {
                (client.to_string(), view.as_str(), None, of.as_ref())
            }
            AccessEvent::RequestIdReused { .. }
            | AccessEvent::CallbackUnrouted { .. }
            | AccessEvent::FacilityChosen { .. }
            | AccessEvent::Listed { .. } => return None,
        };
        let (at, position) = (recorded.recorded_at, recorded.position);
        let of = of.map(ToString::to_string);
        Some(Self { at, position, who, what: what.to_owned(), document, of })
    }

    /// Who has looked at a thing. `streams` gains where that was read, if anybody has.
    pub(super) async fn at_thing(
        evidence: &dyn HistoryReader,
        thing: &StreamId,
        streams: &mut Vec<String>,
    ) -> Result<Vec<Self>, HistoryError> {
        let stream = StreamId::access_to(thing);
        let looks = evidence.events(&stream).await?;
        if !looks.is_empty() {
            streams.push(stream.as_str().to_owned());
        }
        Ok(looks.iter().filter_map(Self::of).collect())
    }

    /// Puts the newest first, and keeps as many as are told of.
    pub(super) fn newest(mut looks: Vec<Self>) -> Vec<Self> {
        looks.sort_by_key(|look| std::cmp::Reverse(look.position));
        looks.truncate(usize::try_from(LOOKS_MAX).unwrap_or(usize::MAX));
        looks
    }
}
