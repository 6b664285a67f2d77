//! A consent artefact: what may leave, to whom, until when.
//!
//! ```text
//! Unknown ── Grant ──► Granted ── Revoke | Expire | Deny | OptOut ──► Ended
//!    └────── Revoke | Expire | Deny | OptOut ───────────────────────►  │
//!                                     Grant ──► nothing: a consent that ended never comes back
//! ```
//! The notifications may come out of order and twice. Expiry also happens by our own clock: nobody
//! needs to tell us.

pub mod event;
pub mod signature;

pub use event::{ConsentEvent, Grant};
pub use signature::{Signature, SignatureState};

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{CareContextReference, ConsentId, FacilityId};
use crate::sealed::Sealed;
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// What is known of one consent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Consent {
    /// Never heard of.
    #[default]
    Unknown,
    /// In force, as far as the network has told us.
    Granted(Grant),
    /// Over. Nothing leaves under it again.
    Ended {
        /// How it ended.
        how: End,
        /// What it had granted, when we saw the grant.
        grant: Option<Grant>,
    },
}

/// How a consent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The patient took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// The patient never gave it.
    Denied,
    /// The patient has left ABDM, and all their consents with them.
    OptedOut,
}

/// A wish about a consent.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
pub enum ConsentCommand {
    /// The patient gave it.
    Grant {
        /// What it grants.
        grant: Grant,
        /// The artefact, verbatim.
        artefact: Phi<String>,
        /// Its signature.
        signature: Signature,
    },
    /// It is over.
    End {
        /// Which.
        consent_id: ConsentId,
        /// How.
        how: End,
    },
}

/// Why nothing may leave under a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum NotInForce {
    /// We do not know it, or it is for another facility.
    #[error("the consent is not known here")]
    Unknown,
    /// It was revoked or never given.
    #[error("the consent is not granted")]
    NotGranted,
    /// Its time is over, by notice or by our clock.
    #[error("the consent has expired")]
    Expired,
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConsentError {}

impl Consent {
    /// What it grants, if anything may leave under it at `now` from `facility`.
    pub fn in_force(
        &self,
        facility: &FacilityId,
        now: DateTime<Utc>,
    ) -> Result<&Grant, NotInForce> {
        match self {
            Self::Unknown => Err(NotInForce::Unknown),
            Self::Granted(grant) | Self::Ended { grant: Some(grant), .. }
                if grant.facility != *facility =>
            {
                Err(NotInForce::Unknown)
            }
            Self::Ended { how: End::Revoked | End::Denied | End::OptedOut, .. } => {
                Err(NotInForce::NotGranted)
            }
            Self::Ended { how: End::Expired, .. } => Err(NotInForce::Expired),
            Self::Granted(grant) if to_millisecond(grant.erase_at) <= to_millisecond(now) => {
                Err(NotInForce::Expired)
            }
            Self::Granted(grant) => Ok(grant),
        }
    }

    /// What it grants or has granted, when we saw the grant.
    pub const fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Granted(grant) | Self::Ended { grant: Some(grant), .. } => Some(grant),
            Self::Unknown | Self::Ended { grant: None, .. } => None,
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: ConsentCommand) -> Result<Vec<ConsentEvent>, ConsentError> {
        Ok(match (self, command) {
            (Self::Unknown, ConsentCommand::Grant { grant, artefact, signature }) => {
                let signature = Some(signature);
                vec![ConsentEvent::Granted { grant, signature, artefact: Sealed::Open(artefact) }]
            }
            (Self::Unknown | Self::Granted(_), ConsentCommand::End { consent_id, how }) => {
                vec![match how {
                    End::Revoked => ConsentEvent::Revoked { consent_id },
                    End::Expired => ConsentEvent::Expired { consent_id },
                    End::Denied => ConsentEvent::Denied { consent_id },
                    End::OptedOut => ConsentEvent::Withdrawn { consent_id },
                }]
            }
            // The gateway repeats itself, or a grant comes after its end: what is so stays so.
            (Self::Granted(_) | Self::Ended { .. }, ConsentCommand::Grant { .. })
            | (Self::Ended { .. }, ConsentCommand::End { .. }) => vec![],
        })
    }

    fn evolve(&mut self, event: ConsentEvent) {
        let how = match event {
            ConsentEvent::Granted { grant, .. } => {
                *self = Self::Granted(grant);
                return;
            }
            ConsentEvent::Revoked { .. } => End::Revoked,
            ConsentEvent::Expired { .. } => End::Expired,
            ConsentEvent::Denied { .. } => End::Denied,
            ConsentEvent::Withdrawn { .. } => End::OptedOut,
        };
        let grant = match std::mem::take(self) {
            Self::Granted(grant) => Some(grant),
            Self::Ended { grant, .. } => grant,
            Self::Unknown => None,
        };
        *self = Self::Ended { how, grant };
    }
}

aggregate!(Consent, "consent", ConsentCommand, ConsentEvent, ConsentError);

/// One care context of a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedCareContext {
    /// Our stream of it.
    pub stream: StreamId,
    /// As the network knows it.
    pub reference: CareContextReference,
}

/// The period of the records that may leave, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// First instant.
    pub from: DateTime<Utc>,
    /// Last instant.
    pub to: DateTime<Utc>,
}

impl DateRange {
    /// Whether `other` lies wholly inside, and is a range at all. Compared to the millisecond: peers
    /// write one moment with more digits or fewer.
    pub fn covers(&self, other: &Self) -> bool {
        let [from, to] = [self.from, self.to].map(to_millisecond);
        let [other_from, other_to] = [other.from, other.to].map(to_millisecond);
        from <= other_from && other_from <= other_to && other_to <= to
    }

    /// Whether `instant` lies inside, to the millisecond.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        let instant = to_millisecond(instant);
        to_millisecond(self.from) <= instant && instant <= to_millisecond(self.to)
    }
}

fn to_millisecond(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(3)
}

#[cfg(test)]
mod tests;
