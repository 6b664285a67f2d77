//! `POST /api/v3/hip/health-information/request`: an HIU asks for what a consent covers.

use std::time::Duration;

use hip_domain::consent::{Consent, DateRange, NotInForce};
use hip_domain::id::{ConsentId, ErrorCode, TransactionId};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{HiuKey, Recipient, Transfer, TransferCommand, TransferFacts};
use serde::Deserialize;

use super::wire::{Malformed, instant, parse};
use super::{Incoming, Verdict, subject_of};
use crate::consent_check;
use crate::erasure::living;
use crate::hiu_key;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HealthInformationRequest {
    transaction_id: String,
    hi_request: HiRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HiRequest {
    consent: ConsentReference,
    date_range: WireRange,
    data_push_url: String,
    key_material: KeyMaterial,
}

#[derive(Deserialize)]
struct ConsentReference {
    id: String,
}

#[derive(Deserialize)]
struct WireRange {
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyMaterial {
    crypto_alg: Option<String>,
    curve: Option<String>,
    dh_public_key: DhPublicKey,
    nonce: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DhPublicKey {
    expiry: String,
    key_value: String,
}

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: HealthInformationRequest = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Ok(transaction) = TransactionId::parse(message.transaction_id) else {
        return Ok(Verdict::Malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let Ok(consent_id) = ConsentId::parse(message.hi_request.consent.id.clone()) else {
        return Ok(Verdict::Malformed(Malformed::new("hiRequest.consent.id", "a consent id")));
    };
    let facts = TransferFacts {
        transaction: transaction.clone(),
        facility: incoming.received.facility.clone(),
        request_id: incoming.received.request_id,
        consent_id: consent_id.clone(),
        date_range: date_range(&message.hi_request.date_range),
        asked_at: Some(incoming.recorded_at),
    };
    let stream = StreamId::transfer(&transaction);
    let known = provider.dispatcher.load::<Transfer>(&stream).await?;
    if known.facts().is_some_and(|known| known.facility != facts.facility) {
        return Ok(Verdict::Rejected {
            code: ErrorCode::ours("ABDM-1017"),
            reason: "the transaction is another facility's",
            owed: None,
        });
    }
    let recipient = recipient(message.hi_request);
    let consent = provider.dispatcher.load::<Consent>(&StreamId::consent(&consent_id)).await?;
    if consent == Consent::Unknown {
        wait_for_consent(provider, incoming)?;
    }
    let verdict = check(provider, &facts, &recipient, &consent).await?;
    // Whose consent it is matters only where it is one of this facility's.
    let grant = consent.grant().filter(|grant| grant.facility == facts.facility);
    let care_contexts = grant.map(|grant| grant.care_contexts.as_slice());
    let subject = subject_of(provider, care_contexts.unwrap_or_default()).await?;

    let command = TransferCommand::Request { facts, recipient: Some(recipient), verdict };
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = living(provider, subject).await?.or(incoming.own_subject());
    let key = incoming.key("transfer");
    provider.dispatcher.execute::<Transfer>(&stream, command, &key, &origin).await?;
    Ok(Verdict::about(subject))
}

/// A request may overtake the notification of its consent: it is looked at again for a while.
fn wait_for_consent(provider: &Provider, incoming: &Incoming<'_>) -> Result<(), TaskError> {
    const LOOK_AGAIN: Duration = Duration::from_millis(500);
    if provider.clock.now() < incoming.recorded_at + provider.settings.consent_wait {
        let reason = "the consent is not known yet".to_owned();
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason });
    }
    Ok(())
}

fn date_range(range: &WireRange) -> Option<DateRange> {
    Some(DateRange { from: instant(&range.from)?, to: instant(&range.to)? })
}

fn recipient(request: HiRequest) -> Recipient {
    let key = request.key_material;
    Recipient {
        push_url: Phi::new(request.data_push_url),
        key: HiuKey {
            key_value: key.dh_public_key.key_value,
            nonce: key.nonce,
            expiry: key.dh_public_key.expiry,
            algorithm: key.crypto_alg.unwrap_or_default(),
            curve: key.curve.unwrap_or_default(),
        },
    }
}

/// May they have it? The first thing that is wrong decides what they are told.
async fn check(
    provider: &Provider,
    facts: &TransferFacts,
    recipient: &Recipient,
    consent: &Consent,
) -> Result<Result<(), ErrorCode>, TaskError> {
    let now = provider.clock.now();
    let grant = match consent_check::in_force(provider, consent, &facts.facility, now).await? {
        Ok(grant) => grant,
        Err(why) => return Ok(Err(refusal(why))),
    };
    if !facts.date_range.is_some_and(|range| grant.date_range.covers(&range)) {
        return Ok(Err(ErrorCode::ours("ABDM-1063")));
    }
    let can_be_sent = hiu_key::check(&recipient.key, now).is_ok()
        && provider.hiu.check(&recipient.push_url).await.is_ok();
    Ok(if can_be_sent { Ok(()) } else { Err(ErrorCode::ours("ABDM-1031")) })
}

fn refusal(why: NotInForce) -> ErrorCode {
    ErrorCode::ours(match why {
        NotInForce::Unknown => "ABDM-1112",
        NotInForce::NotGranted => "ABDM-1062",
        NotInForce::Expired => "ABDM-1061",
    })
}
