//! `POST /api/v3/hip/patient/care-context/discover`: a patient searches for their records.

use hip_domain::discovery::{Discovery, DiscoveryCommand, DiscoveryEvent, DiscoveryQuery};
use hip_domain::event::Event;
use hip_domain::id::TransactionId;
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Malformed, list, parse, scalar, year};
use super::{CallbackMessage, Verdict};
use crate::operations::abdm_error::OwnCode;
use crate::patients::lookup::abha_address;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discover {
    #[serde(default, deserialize_with = "scalar")]
    transaction_id: Option<String>,
    patient: Patient,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    name: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    gender: Option<String>,
    #[serde(default, deserialize_with = "year")]
    year_of_birth: Option<i32>,
    #[serde(default, deserialize_with = "list")]
    verified_identifiers: Vec<Identifier>,
    #[serde(default, deserialize_with = "list")]
    unverified_identifiers: Vec<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "type", default, deserialize_with = "scalar")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    value: Option<String>,
}

/// A patient has few identifiers. The rest of a longer list is ignored.
const IDENTIFIER_COUNT_MAX: usize = 20;

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: Discover = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let transaction = TransactionId::parse(message.transaction_id.unwrap_or_default());
    let Ok(transaction) = transaction else {
        return Ok(Verdict::malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let stream = StreamId::discovery(&transaction);
    let address = message.patient.id.as_deref().unwrap_or_default();
    if is_of_others(ports, incoming, &stream, address).await? {
        return Ok(Verdict::Rejected {
            code: OwnCode::UnknownTransaction.into(),
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
    let step = incoming.step("discovery");
    step.execute::<Discovery>(&ports.dispatcher, &stream, command).await?;
    Ok(Verdict::about(None))
}

/// Whether the transaction was started by another patient or facility. A repeated request gets the stored reply, so
/// it must come from the same patient.
async fn is_of_others(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    stream: &StreamId,
    address: &str,
) -> Result<bool, TaskError> {
    if ports.log.presume_new(stream)
        || ports.dispatcher.load::<Discovery>(stream).await? == Discovery::Absent
    {
        return Ok(false);
    }
    let begun = ports.newest(stream, |event| {
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
        abha_address: Phi::new(patient.id.unwrap_or_default()),
        name: Phi::new(patient.name.unwrap_or_default()),
        gender: Phi::new(patient.gender.unwrap_or_default()),
        year_of_birth: patient.year_of_birth.map(Phi::new),
        verified: identifiers(patient.verified_identifiers),
        unverified: identifiers(patient.unverified_identifiers),
    }
}

/// Leaves out identifiers without type or value.
fn identifiers(identifiers: Vec<Identifier>) -> Vec<(String, Phi<String>)> {
    identifiers
        .into_iter()
        .take(IDENTIFIER_COUNT_MAX)
        .filter_map(|identifier| {
            Some((identifier.kind?.to_ascii_uppercase(), Phi::new(identifier.value?)))
        })
        .collect()
}
