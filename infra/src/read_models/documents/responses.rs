//! The gateway's answers to our calls, one document for each call; tokens are stored apart.
//!
//! They contain no personal data: an error has the text of our own table, since the gateway's may
//! repeat personal data. Still they are erased with the patient, because they could not be rebuilt: the message
//! can no longer be opened.

use std::sync::Arc;

use hip_commands::Ports;
use hip_commands::inbox::callbacks::answer;
use hip_commands::operations::abdm_error;
use hip_commands::port::document_store::{FieldPath, Fields, Index, SUBJECT};
use hip_commands::port::log::StoredEvent;
use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::inbound::InboundEvent;
use hip_domain::recorded::Recorded;
use serde_json::json;

use super::change::DocumentChange;
use super::collection::DocumentView;
use crate::config::Preset;
use crate::postgres::vault::PgVault;
use crate::subscription::ApplyError;

/// View of answers.
pub struct Responses {
    ports: Ports,
    vault: Arc<PgVault>,
    preset: Preset,
}

impl Responses {
    /// Opens messages through the ports.
    pub const fn new(ports: Ports, vault: Arc<PgVault>, preset: Preset) -> Self {
        Self { ports, vault, preset }
    }
}

#[async_trait::async_trait]
impl DocumentView for Responses {
    fn name(&self) -> &'static str {
        "gateway_responses"
    }

    fn follows(&self, event: &Event) -> bool {
        matches!(event, Event::Inbound(InboundEvent::Received(received)) if answer::context(received.kind).is_some())
    }

    fn indexes(&self) -> Vec<Index> {
        let field = match self.preset {
            Preset::Amrit => "requestid",
            Preset::Hip => "requestId",
        };
        let index =
            |field, is_unique| Index { field: FieldPath::parse(field).expect("a word"), is_unique };
        vec![index(field, true), index(SUBJECT, false)]
    }

    /// A message is marked with its own id: its patient is determined later.
    async fn marks(&self, erased: SubjectId) -> Result<Vec<SubjectId>, ApplyError> {
        Ok(self.vault.keys_of(erased).await?.into_iter().map(SubjectId).collect())
    }

    async fn changes(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError> {
        let Event::Inbound(InboundEvent::Received(received)) = &recorded.event else {
            return Ok(vec![]);
        };
        let Some(context) = answer::context(received.kind) else { return Ok(vec![]) };
        let opened = self.ports.open(stored).await?.event;
        let Event::Inbound(InboundEvent::Received(opened)) = &opened else { return Ok(vec![]) };
        // An erased or unreadable message answers nothing.
        let said = opened.raw.get().and_then(|raw| answer::read(&raw.body).ok());
        let Some((said, request_id)) = said.and_then(|said| said.request_id.map(|id| (said, id)))
        else {
            return Ok(vec![]);
        };
        let key = request_id.to_string();
        let error = said.error.as_ref();
        let fields = match self.preset {
            Preset::Amrit => {
                let text = error.map_or_else(
                    || json!({ "Acknowledgement": { "Status": "SUCCESS" } }),
                    |code| {
                        let message = abdm_error::message(code, context);
                        json!({ "Error": { "Code": code.as_str(), "Message": message } })
                    },
                );
                Fields::new().with("requestid", key.as_str()).with("responsedata", text.to_string())
            }
            Preset::Hip => {
                let fields = Fields::new()
                    .with("requestId", key.as_str())
                    .with("kind", received.kind.as_str())
                    .with("facilityId", received.facility.as_str())
                    .with("receivedAt", recorded.recorded_at);
                match error {
                    Some(code) => fields.with("error", code.as_str()),
                    None => fields,
                }
            }
        };
        let fields = match stored.subject {
            Some(message) => fields.with(SUBJECT, message.to_string()),
            None => fields,
        };
        Ok(vec![DocumentChange::Put(key, fields)])
    }
}
