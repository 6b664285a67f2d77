//! Stream names.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{
    CareContextReference, ConsentId, FacilityId, HiuId, LinkReference, Pseudonym, ReplayId,
    RequestId, SubjectId, TransactionId,
};

/// The name of a stream: category, dash and id, in lower case and without personal data.
///
/// Only the functions below create names, so each kind of stream is listed here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(String);

impl StreamId {
    /// A message from the gateway.
    pub fn inbound(request: RequestId) -> Self {
        Self(format!("in-gateway-{request}"))
    }

    /// An outgoing call.
    pub fn outbound(request: RequestId) -> Self {
        Self(format!("out-{request}"))
    }

    /// The assignment of a subject to a facility's patient id.
    pub fn identity(facility: &FacilityId, beneficiary: &Pseudonym) -> Self {
        Self::of_facility("identity", facility, beneficiary)
    }

    /// A patient.
    pub fn patient(subject: SubjectId) -> Self {
        Self(format!("patient-{subject}"))
    }

    /// A visit, by the pseudonym of its visit code.
    pub fn visit(facility: &FacilityId, visit: &Pseudonym) -> Self {
        Self::of_facility("visit", facility, visit)
    }

    /// A care context, by the pseudonym of patient reference and care context reference.
    pub fn care_context(facility: &FacilityId, care_context: &Pseudonym) -> Self {
        Self::of_facility("care-context", facility, care_context)
    }

    /// The link tokens of one ABHA address at one facility. The facility is part of the key, because a token is valid
    /// at one facility only.
    pub fn link_token(facility: &FacilityId, abha_address: &Pseudonym) -> Self {
        Self::of_facility("link-token", facility, abha_address)
    }

    /// A discovery.
    pub fn discovery(transaction: &TransactionId) -> Self {
        Self(format!("discovery-{}", transaction.as_str().to_ascii_lowercase()))
    }

    /// A consent artefact.
    pub fn consent(consent: &ConsentId) -> Self {
        Self(format!("consent-{}", consent.as_str().to_ascii_lowercase()))
    }

    /// A health information request.
    pub fn transfer(transaction: &TransactionId) -> Self {
        Self(format!("transfer-{}", transaction.as_str().to_ascii_lowercase()))
    }

    /// A user-initiated link.
    pub fn user_link(reference: LinkReference) -> Self {
        Self(format!("user-link-{reference}"))
    }

    /// The OTP limit of a patient.
    pub fn otp_limit_of_person(subject: SubjectId) -> Self {
        Self(format!("otp-limit-person-{subject}"))
    }

    /// The OTP limit of a phone number, by the pseudonym that is equal at all facilities.
    pub fn otp_limit_of_mobile(mobile: &Pseudonym) -> Self {
        Self(format!("otp-limit-mobile-{mobile}"))
    }

    /// The queue tokens of one counter on one day.
    pub fn profile_share(
        facility: &FacilityId,
        counter: &Pseudonym,
        day: chrono::NaiveDate,
    ) -> Self {
        let counter = format!("{counter}-{}", day.format("%Y%m%d"));
        Self(format!("profile-share-{}-{counter}", facility.as_str().to_ascii_lowercase()))
    }

    /// Access log entries of one day that do not belong to one resource.
    pub fn access(day: chrono::NaiveDate) -> Self {
        Self(format!("access-{}", day.format("%Y%m%d")))
    }

    /// The access log of one resource, by its stream.
    pub fn access_to(thing: &Self) -> Self {
        Self(format!("access-{thing}"))
    }

    /// The settings of a facility that an operator changes.
    pub fn facility(facility: &FacilityId) -> Self {
        Self(format!("facility-{}", facility.as_str().to_ascii_lowercase()))
    }

    /// The trust settings of an HIU.
    pub fn hiu(hiu: &HiuId) -> Self {
        Self(format!("hiu-{}", hiu.as_str().to_ascii_lowercase()))
    }

    /// The erasure of a patient.
    pub fn subject(subject: SubjectId) -> Self {
        Self(format!("subject-{subject}"))
    }

    /// A replay order.
    pub fn replay(replay: ReplayId) -> Self {
        Self(format!("replay-{replay}"))
    }

    /// The switch for all replays.
    pub fn replay_switch() -> Self {
        Self("replays".to_owned())
    }

    /// A name read from the log. It is not checked.
    pub fn stored(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is an access log stream.
    pub fn is_access(&self) -> bool {
        self.0.starts_with("access-")
    }

    /// Whether the name of the stream contains this facility.
    pub fn is_of(&self, facility: &FacilityId) -> bool {
        let rest = ["identity-", "visit-", "care-context-", "link-token-"]
            .iter()
            .find_map(|category| self.0.strip_prefix(category));
        let named = rest.and_then(|rest| rest.rsplit_once('-')).map(|(facility, _)| facility);
        named.is_some_and(|named| named.eq_ignore_ascii_case(facility.as_str()))
    }

    /// The request id in the name of a message's or a call's stream.
    pub fn request_id(&self) -> Option<RequestId> {
        let named = self.0.strip_prefix("in-gateway-").or_else(|| self.0.strip_prefix("out-"))?;
        RequestId::parse(named).ok()
    }

    /// The transaction id in the name of a discovery's or a transfer's stream, in lower case.
    pub fn transaction(&self) -> Option<TransactionId> {
        let named =
            self.0.strip_prefix("discovery-").or_else(|| self.0.strip_prefix("transfer-"))?;
        TransactionId::parse(named).ok()
    }

    /// The reference in the name of a user link's stream.
    pub fn link_reference(&self) -> Option<LinkReference> {
        LinkReference::parse(self.0.strip_prefix("user-link-")?).ok()
    }

    /// The facility and the pseudonym of the ABHA address in the name of a stream of link tokens.
    pub fn link_token_holder(&self) -> Option<(FacilityId, Pseudonym)> {
        let (facility, address) = self.0.strip_prefix("link-token-")?.rsplit_once('-')?;
        FacilityId::parse(facility).ok().zip(Pseudonym::parse(address).ok())
    }

    /// The subject in the name of the stream, if there is one.
    pub fn person(&self) -> Option<SubjectId> {
        let named = self.0.strip_prefix("patient-").or_else(|| self.0.strip_prefix("subject-"))?;
        Uuid::parse_str(named).ok().map(SubjectId)
    }

    fn of_facility(category: &str, facility: &FacilityId, pseudonym: &Pseudonym) -> Self {
        Self(format!("{category}-{}-{pseudonym}", facility.as_str().to_ascii_lowercase()))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text from which the pseudonym of a care context is computed: both references as the network spells them.
pub fn care_context_name(patient_reference: &str, care_context: &CareContextReference) -> String {
    format!("{patient_reference}\n{care_context}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_of_its_facility_and_of_no_other() {
        let facility = |id: &str| FacilityId::parse(id).unwrap();
        let pseudonym = Pseudonym::parse("0".repeat(64)).unwrap();
        let stream = StreamId::visit(&facility("IN1-a"), &pseudonym);
        assert!(stream.is_of(&facility("IN1-A")));
        for other in ["IN1", "IN1-a-b", "a", "visit-IN1-a"] {
            assert!(!stream.is_of(&facility(other)), "{other}");
        }
        assert!(!StreamId::outbound(RequestId(uuid::Uuid::nil())).is_of(&facility("0000")));
    }

    #[test]
    fn ids_are_read_back_from_names() {
        let transaction = TransactionId::parse("A1b2").unwrap();
        let lower = TransactionId::parse("a1b2").ok();
        assert_eq!(StreamId::discovery(&transaction).transaction(), lower);
        assert_eq!(StreamId::transfer(&transaction).transaction(), lower);
        let request = RequestId(Uuid::from_u128(7));
        assert_eq!(StreamId::outbound(request).request_id(), Some(request));
        assert_eq!(StreamId::outbound(request).transaction(), None);
        let facility = FacilityId::parse("in1-a").unwrap();
        let address = Pseudonym::parse("0".repeat(64)).unwrap();
        let tokens = StreamId::link_token(&facility, &address);
        assert_eq!(tokens.link_token_holder(), Some((facility, address)));
    }
}
