//! The newest link token of each ABHA address, and each refused request for one.
//!
//! AMRIT looks for the single document of an address, so there the address is the key, and a refusal has
//! no document: its text would be taken for a token. Otherwise the key is the token stream, one for each
//! address at each facility, and the token is encrypted.

use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::Ports;
use hip_commands::log::codec;
use hip_commands::operations::abdm_error::{self, Context};
use hip_commands::port::document_store::{FieldPath, Fields, Index, SUBJECT};
use hip_commands::port::link_token_cache::Holder;
use hip_commands::port::log::StoredEvent;
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId, SubjectId};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::patient::PatientEvent;
use hip_domain::recorded::Recorded;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde_json::json;

use super::change::DocumentChange;
use super::collection::DocumentView;
use super::sealing::seal;
use crate::config::Preset;
use crate::postgres::vault::PgVault;
use crate::subscription::ApplyError;

/// View of link tokens.
pub struct LinkTokenResponses {
    ports: Ports,
    vault: Arc<PgVault>,
    preset: Preset,
}

impl LinkTokenResponses {
    /// Decrypts tokens through the ports, and encrypts them with the vault.
    pub const fn new(ports: Ports, vault: Arc<PgVault>, preset: Preset) -> Self {
        Self { ports, vault, preset }
    }

    async fn issued(
        &self,
        stored: &StoredEvent,
        request_id: RequestId,
    ) -> Result<Option<DocumentChange>, ApplyError> {
        let opened = self.ports.open(stored).await?;
        let Event::LinkToken(LinkTokenEvent::Issued { token, expires_at, .. }) = &opened.event
        else {
            return Ok(None);
        };
        let (Some(token), Some(subject)) = (token.get(), stored.subject) else { return Ok(None) };
        let text = Phi::new(json!({ "LinkToken": token.reveal() }).to_string());
        let fields = Fields::new().with("requestId", request_id.to_string());
        let (key, fields) = match self.preset {
            Preset::Amrit => {
                let Some(address) = self.address(&stored.stream).await? else { return Ok(None) };
                let fields = fields
                    .with(SUBJECT, subject.to_string())
                    .with("abhaAddress", address.reveal().as_str())
                    .with("response", text.into_inner())
                    .with("createdDate", stored.recorded_at);
                (address.into_inner(), fields)
            }
            Preset::Hip => {
                let key = stored.stream.as_str().to_owned();
                let Some(sealed) = seal(&self.vault, subject, &key, &text).await? else {
                    return Ok(None);
                };
                let fields = fields
                    .with(SUBJECT, subject.to_string())
                    .with("sealed", sealed)
                    .with("createdAt", stored.recorded_at)
                    .with("expiresAt", *expires_at);
                (key, fields)
            }
        };
        Ok(Some(DocumentChange::Put(key, fields)))
    }

    fn rejected(
        &self,
        stored: &StoredEvent,
        request_id: RequestId,
        code: &ErrorCode,
    ) -> DocumentChange {
        let key = request_id.to_string();
        let fields = Fields::new().with("requestId", key.as_str());
        let fields = match self.preset {
            Preset::Amrit => {
                let message = abdm_error::message(code, Context::OnGenerateToken);
                let error = json!({ "Error": { "Code": code.as_str(), "Message": message } });
                fields.with("response", error.to_string()).with("createdDate", stored.recorded_at)
            }
            Preset::Hip => {
                fields.with("error", code.as_str()).with("createdAt", stored.recorded_at)
            }
        };
        DocumentChange::Put(key, fields)
    }

    /// Removes the document if it has one of these tokens: the address may belong to another facility
    /// by now.
    async fn without(
        &self,
        stream: &StreamId,
        tokens: Vec<RequestId>,
    ) -> Result<Option<DocumentChange>, ApplyError> {
        let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
        let is_one = move |fields: &Fields| {
            let id = fields.get("requestId");
            tokens.iter().any(|token| id == Some(&token.as_str().into()))
        };
        let edit = move |before: Option<Fields>| before.filter(|fields| !is_one(fields));
        let key = self.key(stream).await?;
        Ok(key.map(|key| DocumentChange::Edit(key, Box::new(edit))))
    }

    /// The tokens of a stream up to an event.
    async fn issued_before(&self, end: &StoredEvent) -> Result<Vec<RequestId>, ApplyError> {
        let mut issued = vec![];
        for stored in self.ports.log.stream(&end.stream, 0).await? {
            if stored.version < end.version
                && let Event::LinkToken(LinkTokenEvent::Issued { request_id, .. }) =
                    codec::decode(&stored)?.event
            {
                issued.push(request_id);
            }
        }
        Ok(issued)
    }

    /// The document key of this stream's tokens; `None` if the owner is no longer known.
    async fn key(&self, stream: &StreamId) -> Result<Option<String>, ApplyError> {
        Ok(match self.preset {
            Preset::Amrit => self.address(stream).await?.map(Phi::into_inner),
            Preset::Hip => Some(stream.as_str().to_owned()),
        })
    }

    /// The ABHA address of a token stream. The stream is named by its pseudonym, so it is the
    /// same at every position in the log.
    async fn address(&self, stream: &StreamId) -> Result<Option<Phi<String>>, ApplyError> {
        let Some(holder) = Holder::of(stream) else { return Ok(None) };
        for stored in self.ports.log.stream(stream, 0).await? {
            let event = codec::decode(&stored)?.event;
            let found = if let Event::LinkToken(LinkTokenEvent::Asked { .. }) = event {
                self.asked(&stored).await?
            } else if let Event::LinkToken(LinkTokenEvent::Requested { subject, .. }) = event {
                self.attached(subject, &holder).await?
            } else {
                None
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The address that the record system sent.
    async fn asked(&self, stored: &StoredEvent) -> Result<Option<Phi<String>>, ApplyError> {
        let opened = self.ports.open(stored).await?.event;
        let Event::LinkToken(LinkTokenEvent::Asked { person, .. }) = &opened else {
            return Ok(None);
        };
        Ok(person.get().map(|person| person.abha_address.clone()))
    }

    /// The address with this pseudonym that a patient has or had.
    async fn attached(
        &self,
        subject: SubjectId,
        holder: &Holder,
    ) -> Result<Option<Phi<String>>, ApplyError> {
        for stored in self.ports.log.stream(&StreamId::patient(subject), 0).await? {
            let Event::Patient(PatientEvent::AbhaAttached { lookups, .. }) =
                codec::decode(&stored)?.event
            else {
                continue;
            };
            if lookups.address.as_ref() != Some(&holder.patient) {
                continue;
            }
            let opened = self.ports.open(&stored).await?.event;
            if let Event::Patient(PatientEvent::AbhaAttached { abha, .. }) = &opened {
                return Ok(abha.get().and_then(|abha| abha.address.clone()));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl DocumentView for LinkTokenResponses {
    fn name(&self) -> &'static str {
        "link_token_responses"
    }

    fn follows(&self, event: &Event) -> bool {
        matches!(event, Event::LinkToken(_))
    }

    fn indexes(&self) -> Vec<Index> {
        let index =
            |field, is_unique| Index { field: FieldPath::parse(field).expect("a word"), is_unique };
        match self.preset {
            // AMRIT fails if an address has two documents.
            Preset::Amrit => {
                vec![index("abhaAddress", true), index("requestId", false), index(SUBJECT, false)]
            }
            Preset::Hip => vec![index("requestId", false), index(SUBJECT, false)],
        }
    }

    async fn changes(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError> {
        let Event::LinkToken(event) = &recorded.event else { return Ok(vec![]) };
        let change = match event {
            LinkTokenEvent::Issued { request_id, .. } => self.issued(stored, *request_id).await?,
            LinkTokenEvent::Rejected { request_id, code, .. } => {
                Some(self.rejected(stored, *request_id, code))
            }
            LinkTokenEvent::Dropped { issued_by } => {
                self.without(&stored.stream, vec![*issued_by]).await?
            }
            LinkTokenEvent::Purged {} => {
                let issued = self.issued_before(stored).await?;
                self.without(&stored.stream, issued).await?
            }
            LinkTokenEvent::Requested { .. }
            | LinkTokenEvent::Asked { .. }
            | LinkTokenEvent::Postponed { .. }
            | LinkTokenEvent::Awaited { .. }
            | LinkTokenEvent::Reused { .. } => None,
        };
        Ok(change.into_iter().collect())
    }
}
