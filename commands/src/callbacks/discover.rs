//! `POST /api/v3/hip/patient/care-context/discover`: a patient looks for records of theirs.

use hip_domain::discovery::{Discovery, DiscoveryCommand, DiscoveryEvent, DiscoveryQuery};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, TransactionId};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Malformed, parse, year};
use super::{Incoming, Verdict};
use crate::lookup::abha_address;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discover {
    transaction_id: String,
    patient: Patient,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    id: String,
    name: Option<String>,
    gender: Option<String>,
    #[serde(default, deserialize_with = "year")]
    year_of_birth: Option<i32>,
    verified_identifiers: Option<Vec<Identifier>>,
    unverified_identifiers: Option<Vec<Identifier>>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: String,
    value: Option<String>,
}

/// A patient has few identifiers; a list of hundreds is no patient.
const IDENTIFIER_COUNT_MAX: usize = 20;

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: Discover = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Ok(transaction) = TransactionId::parse(message.transaction_id) else {
        return Ok(Verdict::Malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let stream = StreamId::discovery(&transaction);
    if is_of_others(provider, incoming, &stream, &message.patient.id).await? {
        return Ok(Verdict::Rejected {
            code: ErrorCode::ours("ABDM-1017"),
            reason: "the transaction is another patient's or facility's",
            owed: None,
        });
    }
    let command = DiscoveryCommand::Request {
        transaction,
        facility: incoming.received.facility.clone(),
        request_id: incoming.received.request_id,
        query: query(message.patient),
    };
    let origin = incoming.cause.origin(Actor::Interpreter);
    let key = incoming.key("discovery");
    provider.dispatcher.execute::<Discovery>(&stream, command, &key, &origin).await?;
    Ok(Verdict::about(None))
}

/// Whether somebody else has begun this conversation: who repeats it is sent what they were offered.
async fn is_of_others(
    provider: &Provider,
    incoming: &Incoming<'_>,
    stream: &StreamId,
    address: &str,
) -> Result<bool, TaskError> {
    let begun = provider.newest(stream, |event| {
        let Event::Discovery(DiscoveryEvent::Requested { facility, query, .. }) = event else {
            return None;
        };
        Some((facility, query))
    });
    let Some(begun) = begun.await? else { return Ok(false) };
    let (facility, Sealed::Open(query)) = begun.event else { return Ok(true) };
    let is_same = abha_address(query.abha_address.reveal()) == abha_address(address);
    Ok(!is_same || facility != incoming.received.facility)
}

fn query(patient: Patient) -> DiscoveryQuery {
    DiscoveryQuery {
        abha_address: Phi::new(patient.id),
        name: Phi::new(patient.name.unwrap_or_default()),
        gender: Phi::new(patient.gender.unwrap_or_default()),
        year_of_birth: patient.year_of_birth.map(Phi::new),
        verified: identifiers(patient.verified_identifiers),
        unverified: identifiers(patient.unverified_identifiers),
    }
}

fn identifiers(identifiers: Option<Vec<Identifier>>) -> Vec<(String, Phi<String>)> {
    identifiers
        .unwrap_or_default()
        .into_iter()
        .take(IDENTIFIER_COUNT_MAX)
        .filter_map(|identifier| {
            Some((identifier.kind.to_ascii_uppercase(), Phi::new(identifier.value?)))
        })
        .collect()
}
