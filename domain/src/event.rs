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

/// The union, from its variants: the aggregate in the stored names, and the events of that aggregate.
macro_rules! union_of_events {
    ($($(#[$doc:meta])* $aggregate:literal => $variant:ident($event:ty),)*) => {
        /// An event of any aggregate.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($event),)*
        }

        impl Event {
            /// Decodes the clear part of a stored event. The sealed part stays closed.
            pub fn decode(name: &str, version: i16, clear: &[u8]) -> Result<Self, DecodeError> {
                match name.split_once('.') {
                    $(Some(($aggregate, _)) => decode(name, version, clear).map(Self::$variant),)*
                    _ => Err(DecodeError::Unknown { name: name.to_owned(), version }),
                }
            }

            /// The stored name of the event.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.name(),)* }
            }

            /// The clear part as it is stored: `{"<stored name>": {…}}`.
            pub fn to_clear_json(&self) -> serde_json::Value {
                let json = match self { $(Self::$variant(event) => serde_json::to_value(event),)* };
                json.expect("our own events serialise")
            }

            /// The sealed part, for opening or erasing it.
            pub fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
                match self { $(Self::$variant(event) => event.sealed_mut(),)* }
            }
        }
    };
}

union_of_events! {
    /// A message from the gateway.
    "inbound" => Inbound(InboundEvent),
    /// An outgoing call.
    "outbound" => Outbound(OutboundEvent),
    /// The assignment of a subject to a facility's patient id.
    "identity" => Identity(IdentityEvent),
    /// A patient.
    "patient" => Patient(PatientEvent),
    /// A visit.
    "visit" => Visit(VisitEvent),
    /// A care context.
    "care_context" => CareContext(CareContextEvent),
    /// The link tokens of an ABHA address.
    "link_token" => LinkToken(LinkTokenEvent),
    /// A discovery.
    "discovery" => Discovery(DiscoveryEvent),
    /// A consent.
    "consent" => Consent(ConsentEvent),
    /// A transfer.
    "transfer" => Transfer(TransferEvent),
    /// A user-initiated link.
    "user_link" => UserLink(UserLinkEvent),
    /// Limits on one-time passwords.
    "otp_limit" => OtpLimit(OtpLimitEvent),
    /// The queue tokens of a counter.
    "profile_share" => ProfileShare(ProfileShareEvent),
    /// An access log entry.
    "access" => Access(AccessEvent),
    /// A facility.
    "facility" => Facility(FacilityEvent),
    /// A health information user.
    "hiu" => Hiu(HiuEvent),
    /// The erasure of a patient.
    "subject" => Subject(SubjectEvent),
    /// A replay order.
    "replay" => Replay(ReplayEvent),
    /// The switch for all replays.
    "replay_switch" => ReplaySwitch(ReplaySwitchEvent),
}
