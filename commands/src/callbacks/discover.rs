//! `POST /api/v3/hip/patient/care-context/discover`: a patient looks for records of theirs.

use hip_domain::discovery::{Discovery, DiscoveryCommand, DiscoveryQuery};
use hip_domain::id::TransactionId;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Malformed, parse, year};
use super::{Incoming, Verdict};
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
    let command = DiscoveryCommand::Request {
        transaction: transaction.clone(),
        facility: incoming.received.facility.clone(),
        request_id: incoming.received.request_id,
        query: query(message.patient),
    };
    let origin = incoming.cause.origin(Actor::Interpreter);
    let stream = StreamId::discovery(&transaction);
    let key = incoming.key("discovery");
    provider.dispatcher.execute::<Discovery>(&stream, command, &key, &origin).await?;
    Ok(Verdict::about(None))
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
