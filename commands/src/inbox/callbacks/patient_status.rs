//! `POST /v0.5/patients/status/notify`, and the same under v3: a patient left ABDM or returned.
//!
//! The network has published no reply to this message.

use hip_domain::reason::Reason;
use hip_domain::subject::RequestedBy;
use serde::Deserialize;

use super::wire::{Malformed, parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::accountability::erasure::{self, Named, OnOptOut, Wish};
use crate::linking::opt_out;
use crate::patients::lookup::LookupKey;
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
struct PatientStatus {
    notification: Notification,
}

#[derive(Deserialize)]
struct Notification {
    #[serde(default, deserialize_with = "scalar")]
    status: Option<String>,
    patient: Patient,
}

#[derive(Deserialize)]
struct Patient {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<String>,
}

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let notification = match parse::<PatientStatus>(incoming.body) {
        Ok(message) => message.notification,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let Some(named) = notification.patient.id else {
        let fault = Malformed::new("notification.patient.id", "an ABHA address");
        return Ok(Verdict::malformed(fault));
    };
    let facility = &incoming.received.facility;
    let address = LookupKey::AbhaAddress(&named);
    let address = ports.vault.pseudonym(facility, &address).await?;
    let origin = incoming.cause.origin(Actor::Interpreter);
    let deleted = match notification.status.unwrap_or_default().trim().to_ascii_uppercase().as_str()
    {
        "ACTIVE" => {
            let key = incoming.key("return");
            let subject = opt_out::undo(ports, facility, &address, &origin, &key).await?;
            return Ok(Verdict::about(subject));
        }
        // A deactivated ABHA may be activated again.
        "DEACTIVATED" => false,
        "DELETED" => {
            erase(ports, incoming, &named).await?;
            true
        }
        _ => {
            let fault = Malformed::new("notification.status", "ACTIVE, DEACTIVATED or DELETED");
            return Ok(Verdict::malformed(fault));
        }
    };
    let position = incoming.cause.position;
    let left = opt_out::OptOut { facility, address: &address, deleted, position };
    let subject = opt_out::purge(ports, &left, &origin, &incoming.key("leaving")).await?;
    Ok(Verdict::about(subject))
}

/// A deleted ABHA does not return. If configured, the patient is erased too. The erasure is requested before the ABHA
/// is detached, so that a crash in between loses nothing.
async fn erase(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    address: &str,
) -> Result<(), TaskError> {
    if ports.settings.erasure.on_opt_out == OnOptOut::StopSharing {
        return Ok(());
    }
    let wish = Wish {
        by: RequestedBy::OptOut,
        reason: Reason::ours("the ABHA was deleted"),
        id: incoming.cause.event_id.0,
    };
    let facility = &incoming.received.facility;
    for subject in erasure::find(ports, facility, &Named::AbhaAddress(address)).await? {
        erasure::request(ports, facility, subject, &wish).await?;
    }
    Ok(())
}
