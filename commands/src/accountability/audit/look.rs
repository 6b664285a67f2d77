//! An access in an audit report.

use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use serde::Serialize;
use uuid::Uuid;

use crate::port::HistoryReader;
use crate::port::history_reader::{HistoryError, LOOKS_MAX};

/// One access by a client or by the service itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// When it was recorded. Equal accesses within one hour are recorded once, at the first.
    pub at: DateTime<Utc>,
    /// Position in the log, for `hip audit prove`.
    pub position: i64,
    /// The name of the client or its role; `command-line` for the command line.
    pub who: String,
    /// What was accessed: `document`, or a [`hip_domain::access::View`].
    pub what: String,
    /// Id of the document, if one was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Uuid>,
    /// The stream of the visit, consent, transfer or message that was accessed, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Look {
    /// The access in this event; `None` if the event is not an access to one patient or resource.
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
            | AccessEvent::Listed { .. }
            | AccessEvent::SignedIn { .. }
            | AccessEvent::SignedOut { .. } => return None,
        };
        let (at, position) = (recorded.recorded_at, recorded.position);
        let of = of.map(ToString::to_string);
        Some(Self { at, position, who, what: what.to_owned(), document, of })
    }

    /// The accesses to one resource. Adds its access log stream to `streams` if there are any.
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

    /// Sorts the accesses, newest first, and cuts the list at the limit.
    pub(super) fn newest(mut looks: Vec<Self>) -> Vec<Self> {
        looks.sort_by_key(|look| std::cmp::Reverse(look.position));
        looks.truncate(usize::try_from(LOOKS_MAX).unwrap_or(usize::MAX));
        looks
    }
}
