//! The consents, and whether they are in force.

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
        /// What it grants.
        grant: Grant,
        /// What is known of its signature.
        signature: Option<SignatureState>,
        /// When we were told.
        at: DateTime<Utc>,
    },
    /// It is over, be it that its grant was never seen.
    Ended {
        /// Which.
        consent_id: ConsentId,
        /// How.
        how: End,
        /// When we were told.
        at: DateTime<Utc>,
    },
}

/// What an event changes.
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
