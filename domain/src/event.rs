//! The union of all events in the log.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::access::AccessEvent;
use crate::aggregate::LogEvent;
use crate::care_context::CareContextEvent;
use crate::consent::ConsentEvent;
use crate::discovery::DiscoveryEvent;
use crate::facility::FacilityEvent;
use crate::hiu::HiuEvent;
use crate::identity::IdentityEvent;
use crate::inbound::InboundEvent;
use crate::link_token::LinkTokenEvent;
use crate::otp_limit::OtpLimitEvent;
use crate::outbound::OutboundEvent;
use crate::patient::PatientEvent;
use crate::profile_share::ProfileShareEvent;
use crate::replay::ReplayEvent;
use crate::replay_switch::ReplaySwitchEvent;
use crate::sealed::SealedPart;
use crate::subject::SubjectEvent;
use crate::transfer::TransferEvent;
use crate::user_link::UserLinkEvent;
use crate::visit::VisitEvent;

/// An event of any aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A message from the gateway.
    Inbound(InboundEvent),
    /// An outgoing call.
    Outbound(OutboundEvent),
    /// The assignment of a subject to a facility's patient id.
    Identity(IdentityEvent),
    /// A patient.
    Patient(PatientEvent),
    /// A visit.
    Visit(VisitEvent),
    /// A care context.
    CareContext(CareContextEvent),
    /// The link tokens of an ABHA address.
    LinkToken(LinkTokenEvent),
    /// A discovery.
    Discovery(DiscoveryEvent),
    /// A consent.
    Consent(ConsentEvent),
    /// A transfer.
    Transfer(TransferEvent),
    /// A user-initiated link.
    UserLink(UserLinkEvent),
    /// Limits on one-time passwords.
    OtpLimit(OtpLimitEvent),
    /// The queue tokens of a counter.
    ProfileShare(ProfileShareEvent),
    /// An access log entry.
    Access(AccessEvent),
    /// A facility.
    Facility(FacilityEvent),
    /// A health information user.
    Hiu(HiuEvent),
    /// The erasure of a patient.
    Subject(SubjectEvent),
    /// A replay order.
    Replay(ReplayEvent),
    /// The switch for all replays.
    ReplaySwitch(ReplaySwitchEvent),
}

/// Why a stored event could not be decoded. A subscriber must stop, because skipping the event would lose data.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// It was written by a newer version of this program, or by something else.
    #[error("unknown event {name} of version {version}")]
    Unknown {
        /// The stored name.
        name: String,
        /// The stored schema version.
        version: i16,
    },
    /// The JSON does not match the event type.
    #[error("event {name} cannot be read")]
    Shape {
        /// The stored name.
        name: String,
        /// The error of the JSON parser.
        #[source]
        source: serde_json::Error,
    },
}

/// Decodes the clear part of a stored event of one aggregate.
///
/// # Errors
///
/// [`DecodeError::Unknown`] if the version or the variant is not known to this program.
pub fn decode<E: DeserializeOwned>(
    name: &str,
    version: i16,
    clear: &[u8],
) -> Result<E, DecodeError> {
    let unknown = || DecodeError::Unknown { name: name.to_owned(), version };
    if version != 1 {
        return Err(unknown());
    }
    serde_json::from_slice(clear).map_err(|source| {
        // This is the text of `serde::de::Error::unknown_variant`.
        if source.is_data() && source.to_string().starts_with("unknown variant") {
            return unknown();
        }
        DecodeError::Shape { name: name.to_owned(), source }
    })
}

impl Event {
    /// Decodes the clear part of a stored event. The sealed part stays closed.
    pub fn decode(name: &str, version: i16, clear: &[u8]) -> Result<Self, DecodeError> {
        let unknown = || DecodeError::Unknown { name: name.to_owned(), version };
        let (aggregate, _) = name.split_once('.').ok_or_else(unknown)?;
        Ok(match aggregate {
            "inbound" => Self::Inbound(decode(name, version, clear)?),
            "outbound" => Self::Outbound(decode(name, version, clear)?),
            "identity" => Self::Identity(decode(name, version, clear)?),
            "patient" => Self::Patient(decode(name, version, clear)?),
            "visit" => Self::Visit(decode(name, version, clear)?),
            "care_context" => Self::CareContext(decode(name, version, clear)?),
            "link_token" => Self::LinkToken(decode(name, version, clear)?),
            "discovery" => Self::Discovery(decode(name, version, clear)?),
            "consent" => Self::Consent(decode(name, version, clear)?),
            "transfer" => Self::Transfer(decode(name, version, clear)?),
            "user_link" => Self::UserLink(decode(name, version, clear)?),
            "otp_limit" => Self::OtpLimit(decode(name, version, clear)?),
            "profile_share" => Self::ProfileShare(decode(name, version, clear)?),
            "access" => Self::Access(decode(name, version, clear)?),
            "facility" => Self::Facility(decode(name, version, clear)?),
            "hiu" => Self::Hiu(decode(name, version, clear)?),
            "subject" => Self::Subject(decode(name, version, clear)?),
            "replay" => Self::Replay(decode(name, version, clear)?),
            "replay_switch" => Self::ReplaySwitch(decode(name, version, clear)?),
            _ => return Err(unknown()),
        })
    }

    /// The stored name of the event.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Inbound(event) => event.name(),
            Self::Outbound(event) => event.name(),
            Self::Identity(event) => event.name(),
            Self::Patient(event) => event.name(),
            Self::Visit(event) => event.name(),
            Self::CareContext(event) => event.name(),
            Self::LinkToken(event) => event.name(),
            Self::Discovery(event) => event.name(),
            Self::Consent(event) => event.name(),
            Self::Transfer(event) => event.name(),
            Self::UserLink(event) => event.name(),
            Self::OtpLimit(event) => event.name(),
            Self::ProfileShare(event) => event.name(),
            Self::Access(event) => event.name(),
            Self::Facility(event) => event.name(),
            Self::Hiu(event) => event.name(),
            Self::Subject(event) => event.name(),
            Self::Replay(event) => event.name(),
            Self::ReplaySwitch(event) => event.name(),
        }
    }

    /// The clear part as it is stored: `{"<stored name>": {…}}`.
    pub fn to_clear_json(&self) -> serde_json::Value {
        let json = match self {
            Self::Inbound(event) => serde_json::to_value(event),
            Self::Outbound(event) => serde_json::to_value(event),
            Self::Identity(event) => serde_json::to_value(event),
            Self::Patient(event) => serde_json::to_value(event),
            Self::Visit(event) => serde_json::to_value(event),
            Self::CareContext(event) => serde_json::to_value(event),
            Self::LinkToken(event) => serde_json::to_value(event),
            Self::Discovery(event) => serde_json::to_value(event),
            Self::Consent(event) => serde_json::to_value(event),
            Self::Transfer(event) => serde_json::to_value(event),
            Self::UserLink(event) => serde_json::to_value(event),
            Self::OtpLimit(event) => serde_json::to_value(event),
            Self::ProfileShare(event) => serde_json::to_value(event),
            Self::Access(event) => serde_json::to_value(event),
            Self::Facility(event) => serde_json::to_value(event),
            Self::Hiu(event) => serde_json::to_value(event),
            Self::Subject(event) => serde_json::to_value(event),
            Self::Replay(event) => serde_json::to_value(event),
            Self::ReplaySwitch(event) => serde_json::to_value(event),
        };
        json.expect("our own events serialise")
    }

    /// The sealed part, for opening or erasing it.
    pub fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Inbound(event) => event.sealed_mut(),
            Self::Outbound(event) => event.sealed_mut(),
            Self::Identity(event) => event.sealed_mut(),
            Self::Patient(event) => event.sealed_mut(),
            Self::Visit(event) => event.sealed_mut(),
            Self::CareContext(event) => event.sealed_mut(),
            Self::LinkToken(event) => event.sealed_mut(),
            Self::Discovery(event) => event.sealed_mut(),
            Self::Consent(event) => event.sealed_mut(),
            Self::Transfer(event) => event.sealed_mut(),
            Self::UserLink(event) => event.sealed_mut(),
            Self::OtpLimit(event) => event.sealed_mut(),
            Self::ProfileShare(event) => event.sealed_mut(),
            Self::Access(event) => event.sealed_mut(),
            Self::Facility(event) => event.sealed_mut(),
            Self::Hiu(event) => event.sealed_mut(),
            Self::Subject(event) => event.sealed_mut(),
            Self::Replay(event) => event.sealed_mut(),
            Self::ReplaySwitch(event) => event.sealed_mut(),
        }
    }
}
