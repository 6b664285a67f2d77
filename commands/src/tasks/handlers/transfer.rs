//! Sends commands to a transfer.

use hip_domain::consent::Consent;
use hip_domain::id::TransactionId;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{StopReason, Transfer, TransferCommand};

use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;

pub(super) async fn mark_pushed(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
    page: u32,
    status: u16,
) -> Result<(), TaskError> {
    tell(ports, due, transaction, TransferCommand::MarkPushed { page, status }).await
}

pub(super) async fn stop(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
    page: u32,
    stop: &StopReason,
) -> Result<(), TaskError> {
    let stop = stop.clone();
    tell(ports, due, transaction, TransferCommand::Stop { page, stop }).await
}

/// Reports for each care context of a known consent that nothing was sent.
pub(super) async fn close_refused(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
) -> Result<(), TaskError> {
    let stream = StreamId::transfer(transaction);
    let state = ports.dispatcher.load::<Transfer>(&stream).await?;
    let Transfer::Refused { facts, .. } = state else {
        return Ok(());
    };
    let consent_stream = StreamId::consent(&facts.consent_id);
    let consent = ports.dispatcher.load::<Consent>(&consent_stream).await?;
    let ours = consent.grant().filter(|grant| grant.facility == facts.facility);
    let care_contexts = ours.map_or_else(Vec::new, |grant| {
        grant.care_contexts.iter().map(|granted| granted.reference.clone()).collect()
    });
    tell(ports, due, transaction, TransferCommand::CloseRefused { care_contexts }).await
}

async fn tell(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
    command: TransferCommand,
) -> Result<(), TaskError> {
    let stream = StreamId::transfer(transaction);
    due.step(Actor::Delivery).execute::<Transfer>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}
