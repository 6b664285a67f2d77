//! News for a transfer.

use hip_domain::id::TransactionId;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{Stop, Transfer, TransferCommand};

use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::Due;
use crate::task::TaskError;

pub(super) async fn mark_pushed(
    provider: &Provider,
    due: &Due,
    transaction: &TransactionId,
    page: u32,
    status: u16,
) -> Result<(), TaskError> {
    tell(provider, due, transaction, TransferCommand::MarkPushed { page, status }).await
}

pub(super) async fn stop(
    provider: &Provider,
    due: &Due,
    transaction: &TransactionId,
    page: u32,
    stop: &Stop,
) -> Result<(), TaskError> {
    let stop = stop.clone();
    tell(provider, due, transaction, TransferCommand::Stop { page, stop }).await
}

async fn tell(
    provider: &Provider,
    due: &Due,
    transaction: &TransactionId,
    command: TransferCommand,
) -> Result<(), TaskError> {
    let stream = StreamId::transfer(transaction);
    let origin = due.cause.origin(Actor::Delivery);
    provider.dispatcher.execute::<Transfer>(&stream, command, &due.key(), &origin).await?;
    Ok(())
}
