//! Prepares an append for the table: draws ids, seals confidential parts, computes digests.
//!
//! Body codecs: 0 is the clear JSON alone; 1 is a frame: length of the clear JSON as a big-endian
//! u32, the clear JSON, a 12-byte nonce, ciphertext with its 16-byte tag.

use chrono::{DateTime, SubsecRound, Utc};
use hip_commands::port::log::{Append, Expected, LogError, NewEvent};
use hip_commands::port::vault::VaultError;
use hip_domain::id::SubjectId;
use hip_proof::{Digested, sha256};
use uuid::Uuid;

use super::tasks::TaskPlanner;
use super::writer::batch::{Command, Encoded, NewKey};
use crate::postgres::vault::{EnvelopeContext, PgVault, SubjectKey};

pub(super) const CODEC_JSON: i16 = 0;
pub(super) const CODEC_FRAME: i16 = 1;

/// An append that is ready for the writer.
pub(super) struct Prepared {
    pub(super) command: Command,
    /// The key of a new subject, as it is stored with the command.
    pub(super) new_key: Option<(SubjectId, SubjectKey)>,
}

/// Without a vault, only events without confidential parts are accepted.
pub(super) async fn encode(
    vault: Option<&PgVault>,
    planner: &TaskPlanner,
    append: Append,
) -> Result<Prepared, LogError> {
    let origin = &append.origin;
    let confidential = append.events.iter().find(|event| event.secret.is_some());
    let keys = |name| vault.ok_or(LogError::NoKey { name });
    let (key, new_key) = match (origin.subject, confidential) {
        (Some(subject), _) if origin.new_subject => {
            let (key, new_key) = fresh_key(keys(append.stream_type)?, subject).await?;
            (Some(key), Some(new_key))
        }
        (Some(subject), Some(event)) => (Some(known_key(keys(event.name)?, subject).await?), None),
        (None, Some(event)) => return Err(LogError::NoKey { name: event.name }),
        (_, None) => (None, None),
    };
    let meta = serde_json::to_vec(&serde_json::json!({ "actor": origin.actor.as_str() }))
        .expect("a word serialises");
    let recorded_at = now();
    let events: Vec<Encoded> = append
        .events
        .iter()
        .map(|event| {
            let seal = Seal { key: key.as_ref(), subject: origin.subject };
            let (event_id, codec, body) = seal.body(event)?;
            Ok(finish(event, event_id, codec, body, &append, recorded_at, meta.clone()))
        })
        .collect::<Result<_, LogError>>()?;
    let tasks = planner.plan(&append, &events);
    let expected = match append.expected {
        Expected::Any => -1,
        Expected::Version(version) => version,
    };
    let append_subject = origin.subject;
    let Append { stream, stream_type, key: append_key, .. } = append;
    let subject = append_subject.filter(|_| new_key.is_some());
    let command =
        Command { stream, stream_type, expected, key: append_key, events, tasks, new_key };
    Ok(Prepared { command, new_key: subject.zip(key) })
}

/// The writer's clock, to the microsecond that the table keeps.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of recording is the writer's, not a command's"
)]
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Ordered by time, so that index inserts stay at the end.
#[expect(clippy::disallowed_methods, reason = "event ids are drawn here and nowhere else")]
fn event_id() -> Uuid {
    Uuid::now_v7()
}

async fn fresh_key(vault: &PgVault, subject: SubjectId) -> Result<(SubjectKey, NewKey), LogError> {
    let (key, wrapped, kek_id) = vault.fresh_key(subject).await.map_err(from_vault)?;
    Ok((key, NewKey { key_id: subject.0, wrapped, kek_id }))
}

async fn known_key(vault: &PgVault, subject: SubjectId) -> Result<SubjectKey, LogError> {
    vault.subject_key(subject).await.map_err(from_vault)?.ok_or(LogError::SubjectErased)
}

fn from_vault(error: VaultError) -> LogError {
    LogError::Unavailable(Box::new(error))
}

struct Seal<'a> {
    key: Option<&'a SubjectKey>,
    subject: Option<SubjectId>,
}

impl Seal<'_> {
    fn body(&self, event: &NewEvent) -> Result<(Uuid, i16, Vec<u8>), LogError> {
        let event_id = event_id();
        let Some(secret) = &event.secret else {
            return Ok((event_id, CODEC_JSON, event.clear.clone()));
        };
        let (Some(key), Some(subject)) = (self.key, self.subject) else {
            return Err(LogError::NoKey { name: event.name });
        };
        let context = EnvelopeContext {
            event_id,
            event_type: event.name,
            schema_version: event.schema_version,
            subject,
        };
        let (nonce, sealed) = key.seal(&context, secret);
        let clear_length = u32::try_from(event.clear.len()).expect("a clear part is small");
        let mut body = Vec::with_capacity(4 + event.clear.len() + nonce.len() + sealed.len());
        body.extend_from_slice(&clear_length.to_be_bytes());
        body.extend_from_slice(&event.clear);
        body.extend_from_slice(&nonce);
        body.extend_from_slice(&sealed);
        Ok((event_id, CODEC_FRAME, body))
    }
}

fn finish(
    event: &NewEvent,
    event_id: Uuid,
    codec: i16,
    body: Vec<u8>,
    append: &Append,
    recorded_at: DateTime<Utc>,
    meta: Vec<u8>,
) -> Encoded {
    let origin = &append.origin;
    let digested = Digested {
        event_id,
        event_type: event.name,
        schema_version: event.schema_version,
        recorded_at,
        correlation_id: origin.correlation,
        causation_id: origin.causation,
        subject_id: origin.subject.map(|subject| subject.0),
        codec,
        body_digest: sha256(&body),
        meta_digest: sha256(&meta),
    };
    Encoded {
        event_id,
        event_type: event.name,
        schema_version: event.schema_version,
        recorded_at,
        correlation_id: origin.correlation,
        causation_id: origin.causation,
        subject_id: origin.subject.map(|subject| subject.0),
        codec,
        digest: digested.digest(),
        body,
        meta,
    }
}
