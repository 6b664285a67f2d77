//! Consents and their states.

use chrono::{DateTime, Utc};
use hip_domain::consent::{ConsentEvent, End, Grant, SignatureState};
use hip_domain::event::Event;
use hip_domain::id::ConsentId;
use hip_domain::recorded::Recorded;

/// A change of one consent.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsentChange {
    /// It was granted.
    Granted {
        /// The terms of the consent.
        grant: Grant,
        /// The state of its signature.
        signature: Option<SignatureState>,
        /// When the notification was recorded.
        at: DateTime<Utc>,
    },
    /// It ended; the grant may be unknown.
    Ended {
        /// Id of the consent artefact.
        consent_id: ConsentId,
        /// How it ended.
        how: End,
        /// When the notification was recorded.
        at: DateTime<Utc>,
    },
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<ConsentChange> {
    let Event::Consent(event) = &recorded.event else {
        return None;
    };
    let at = recorded.recorded_at;
    let (consent_id, how) = match event {
        ConsentEvent::Granted { grant, signature, .. } => {
            let signature = signature.as_ref().map(|signature| signature.state);
            return Some(ConsentChange::Granted { grant: grant.clone(), signature, at });
        }
        ConsentEvent::Revoked { consent_id } => (consent_id, End::Revoked),
        ConsentEvent::Expired { consent_id } => (consent_id, End::Expired),
        ConsentEvent::Denied { consent_id } => (consent_id, End::Denied),
        ConsentEvent::Withdrawn { consent_id } => (consent_id, End::OptedOut),
    };
    Some(ConsentChange::Ended { consent_id: consent_id.clone(), how, at })
}
