//! A consent artefact: which records may be sent, to whom, and until when.
//!
//! ```text
//! Unknown ── Grant ──► Granted ── Revoke | Expire | Deny | OptOut ──► Ended
//!    └────── Revoke | Expire | Deny | OptOut ───────────────────────►  │
//!                                     Grant ──► no event: a consent that ended stays ended
//! ```
//! Notifications may arrive repeatedly and in any order. A consent also expires by our own clock, without a
//! notification.

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

/// State of one consent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Consent {
    /// Unknown.
    #[default]
    Unknown,
    /// Granted, as far as the network has reported.
    Granted(Grant),
    /// Ended. No data is sent under it again.
    Ended {
        /// How it ended.
        how: End,
        /// The grant, if it was received.
        grant: Option<Grant>,
    },
}

/// How a consent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The patient revoked it.
    Revoked,
    /// It expired.
    Expired,
    /// The patient denied it.
    Denied,
    /// The patient opted out of ABDM, which ends all consents.
    OptedOut,
}

/// A command to a consent.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
pub enum ConsentCommand {
    /// The patient granted it.
    Grant {
        /// The terms.
        grant: Grant,
        /// The artefact, verbatim.
        artefact: Phi<String>,
        /// The signature.
        signature: Signature,
    },
    /// It ended.
    End {
        /// Id of the artefact.
        consent_id: ConsentId,
        /// How it ended.
        how: End,
    },
}

/// Why no data may be sent under a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum NotInForce {
    /// The consent is unknown, or is for another facility.
    #[error("the consent is not known here")]
    Unknown,
    /// It was revoked or never granted.
    #[error("the consent is not granted")]
    NotGranted,
    /// It expired, by notification or by our clock.
    #[error("the consent has expired")]
    Expired,
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConsentError {}

impl Consent {
    /// The grant, if data of `facility` may be sent under it at `now`.
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

    /// The grant, also of an ended consent, if it was received.
    pub const fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Granted(grant) | Self::Ended { grant: Some(grant), .. } => Some(grant),
            Self::Unknown | Self::Ended { grant: None, .. } => None,
        }
    }

    /// Decides on a command and returns the resulting events.
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
            // A repeated notification, or a grant that arrives after its end: nothing changes.
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
    /// Our stream of the care context.
    pub stream: StreamId,
    /// Its reference in the network.
    pub reference: CareContextReference,
}

/// A period of records; both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// First instant.
    pub from: DateTime<Utc>,
    /// Last instant.
    pub to: DateTime<Utc>,
}

impl DateRange {
    /// Whether `other` is a valid range and lies inside this one. Compared in milliseconds, because peers write the
    /// same time with different precision.
    pub fn covers(&self, other: &Self) -> bool {
        let [from, to] = [self.from, self.to].map(to_millisecond);
        let [other_from, other_to] = [other.from, other.to].map(to_millisecond);
        from <= other_from && other_from <= other_to && other_to <= to
    }

    /// Whether `instant` lies inside, in milliseconds.
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
