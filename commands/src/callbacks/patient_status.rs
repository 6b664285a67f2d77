//! `POST /v0.5/patients/status/notify`, and the same under v3: a patient has left ABDM, or is back.
//!
//! The network has published no answer to it.

use serde::Deserialize;

use super::wire::{Malformed, parse};
use super::{Incoming, Verdict};
use crate::leaving;
use crate::lookup::Lookup;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
struct PatientStatus {
    notification: Notification,
}

#[derive(Deserialize)]
struct Notification {
    status: String,
    patient: Patient,
}

#[derive(Deserialize)]
struct Patient {
    id: String,
}

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let notification = match parse::<PatientStatus>(incoming.body) {
        Ok(message) => message.notification,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    match notification.status.to_ascii_uppercase().as_str() {
        // The next visit that names the address attaches it again.
        "ACTIVE" => return Ok(Verdict::about(None)),
        "DEACTIVATED" | "DELETED" => {}
        _ => {
            let fault = Malformed::new("notification.status", "ACTIVE, DEACTIVATED or DELETED");
            return Ok(Verdict::Malformed(fault));
        }
    }
    let facility = &incoming.received.facility;
    let address = Lookup::AbhaAddress(&notification.patient.id);
    let address = provider.vault.pseudonym(facility, &address).await?;
    let origin = incoming.cause.origin(Actor::Interpreter);
    let left = leaving::Left { facility, address: &address, position: incoming.cause.position };
    let subject = leaving::purge(provider, &left, &origin, &incoming.key("leaving")).await?;
    Ok(Verdict::about(subject))
}
