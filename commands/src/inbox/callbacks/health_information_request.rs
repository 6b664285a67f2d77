//! `POST /api/v3/hip/health-information/request`: an HIU requests the records that a consent covers.

use std::time::Duration;

use hip_domain::consent::{Consent, NotInForce};
use hip_domain::id::{ConsentId, TransactionId};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{Denial, HiuKey, Recipient, Transfer, TransferCommand, TransferFacts};
use serde::Deserialize;

use super::wire::{Malformed, WireRange, parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::accountability::erasure::unless_erased;
use crate::operations::abdm_error::OwnCode;
use crate::patients::patient_data::subject_of;
use crate::ports::Ports;
use crate::sharing::consent_check;
use crate::sharing::hiu_key;
use crate::tasks::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HealthInformationRequest {
    #[serde(default, deserialize_with = "scalar")]
    transaction_id: Option<String>,
    hi_request: HiRequest,
}

/// All members are optional, so that a missing one is reported to the HIU as the reason of the refusal.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HiRequest {
    consent: ConsentReference,
    #[serde(default)]
    date_range: Option<WireRange>,
    #[serde(default, deserialize_with = "scalar")]
    data_push_url: Option<String>,
    #[serde(default)]
    key_material: Option<KeyMaterial>,
}

#[derive(Deserialize)]
struct ConsentReference {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyMaterial {
    #[serde(default, deserialize_with = "scalar")]
    crypto_alg: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    curve: Option<String>,
    #[serde(default)]
    dh_public_key: Option<DhPublicKey>,
    #[serde(default, deserialize_with = "scalar")]
    nonce: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DhPublicKey {
    #[serde(default, deserialize_with = "scalar")]
    expiry: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    key_value: Option<String>,
}

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: HealthInformationRequest = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let transaction = TransactionId::parse(message.transaction_id.unwrap_or_default());
    let Ok(transaction) = transaction else {
        return Ok(Verdict::malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let consent_id = ConsentId::parse(message.hi_request.consent.id.clone().unwrap_or_default());
    let Ok(consent_id) = consent_id else {
        return Ok(Verdict::malformed(Malformed::new("hiRequest.consent.id", "a consent id")));
    };
    let facts = TransferFacts {
        transaction: transaction.clone(),
        facility: incoming.received.facility.clone(),
        request_id: incoming.received.request_id,
        consent_id: consent_id.clone(),
        date_range: message.hi_request.date_range.as_ref().and_then(WireRange::read),
        asked_at: Some(incoming.recorded_at),
    };
    let stream = StreamId::transfer(&transaction);
    let known = ports.dispatcher.load::<Transfer>(&stream).await?;
    if known.facts().is_some_and(|known| known.facility != facts.facility) {
        return Ok(Verdict::Rejected {
            code: OwnCode::UnknownTransaction.into(),
            reason: "the transaction is another facility's",
            owed: None,
        });
    }
    let recipient = recipient(message.hi_request);
    let consent = ports.dispatcher.load::<Consent>(&StreamId::consent(&consent_id)).await?;
    if consent == Consent::Unknown {
        wait_for_consent(ports, incoming)?;
    }
    let verdict = check(ports, &facts, &recipient, &consent).await?;
    // The subject is taken only from a consent of this facility.
    let grant = consent.grant().filter(|grant| grant.facility == facts.facility);
    let care_contexts = grant.map(|grant| grant.care_contexts.as_slice());
    let subject = subject_of(ports, care_contexts.unwrap_or_default()).await?;

    let command = TransferCommand::Request { facts, recipient: Some(recipient), verdict };
    let step = incoming.step("transfer").about(unless_erased(ports, subject).await?);
    step.execute::<Transfer>(&ports.dispatcher, &stream, command).await?;
    Ok(Verdict::about(subject))
}

/// A request may arrive before the notification of its consent. It is retried for a limited time.
fn wait_for_consent(ports: &Ports, incoming: &CallbackMessage<'_>) -> Result<(), TaskError> {
    const LOOK_AGAIN: Duration = Duration::from_millis(500);
    if ports.clock.now() < incoming.recorded_at + ports.settings.consent_wait {
        let reason = "the consent is not known yet".to_owned();
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason });
    }
    Ok(())
}

fn recipient(request: HiRequest) -> Recipient {
    let key = request.key_material.unwrap_or_default();
    let public = key.dh_public_key.unwrap_or_default();
    Recipient {
        push_url: Phi::new(request.data_push_url.unwrap_or_default()),
        key: HiuKey {
            key_value: public.key_value.unwrap_or_default(),
            nonce: key.nonce.unwrap_or_default(),
            expiry: public.expiry.unwrap_or_default(),
            algorithm: key.crypto_alg.unwrap_or_default(),
            curve: key.curve.unwrap_or_default(),
        },
    }
}

/// Whether the HIU may receive the records. The first failed check determines the reported error.
async fn check(
    ports: &Ports,
    facts: &TransferFacts,
    recipient: &Recipient,
    consent: &Consent,
) -> Result<Result<(), Denial>, TaskError> {
    let now = ports.clock.now();
    let grant = match consent_check::in_force(ports, consent, &facts.facility, now).await? {
        Ok(grant) => grant,
        Err(why) => return Ok(Err(refusal(why).into())),
    };
    if !facts.date_range.is_some_and(|range| grant.date_range.covers(&range)) {
        return Ok(Err(OwnCode::DatesNotCovered.into()));
    }
    let reason = match hiu_key::check(&recipient.key, now) {
        Err(error) => format!("the HIU's key material: {error}"),
        Ok(_) => match ports.hiu.check(&recipient.push_url).await {
            Ok(()) => return Ok(Ok(())),
            Err(error) => error.to_string(),
        },
    };
    Ok(Err(Denial { code: OwnCode::UnusableTransferRequest.into(), reason: Some(reason) }))
}

fn refusal(why: NotInForce) -> OwnCode {
    match why {
        NotInForce::Unknown => OwnCode::UnknownConsent,
        NotInForce::NotGranted => OwnCode::ConsentNotGranted,
        NotInForce::Expired => OwnCode::ConsentExpired,
    }
}
