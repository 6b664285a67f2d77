//! A made-up visit with all events that the service would store for it.

use chrono::{DateTime, Utc};
use hip_commands::log::codec;
use hip_commands::port::log::{Actor, Append, Expected, Origin};
use hip_domain::aggregate::LogEvent;
use hip_domain::care_context::{CareContextEvent, CareContextFacts};
use hip_domain::hi_type::HiType;
use hip_domain::id::{Digest, FacilityId, Pseudonym, RequestId, SubjectId};
use hip_domain::identity::IdentityEvent;
use hip_domain::inbound::{BearerCheck, CallbackKind, InboundEvent, RawCallback, ReceivedCallback};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::patient::{Abha, AbhaLookups, Demographics, Lookups, PatientEvent};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, VisitEvent, VisitFacts};
use serde_json::json;
use uuid::Uuid;

/// Number of events of one visit and its patient, with this number of gateway requests.
pub(super) const fn event_count(questions: u32) -> u32 {
    13 + 2 * questions
}

/// A visit, with the names of its streams and its patient.
pub(super) struct Visit {
    pub(super) number: u64,
    pub(super) facility: FacilityId,
    pub(super) facts: VisitFacts,
    pub(super) reference: Pseudonym,
    pub(super) address: Pseudonym,
    pub(super) mobile: Pseudonym,
    /// Number of gateway requests.
    pub(super) questions: u32,
    pub(super) identity: StreamId,
    pub(super) stream: StreamId,
    pub(super) at: DateTime<Utc>,
    /// Seed of all ids that are random in the service.
    pub(super) run: Uuid,
}

impl Visit {
    /// The appends in the order in which they are stored. The first one creates the patient's key.
    pub(super) fn appends(&self) -> Vec<Append> {
        let subject = self.facts.subject;
        let established = IdentityEvent::Established { facility: self.facility.clone(), subject };
        let mut appends = vec![self.append(&self.identity, "identity", &[established], true)];
        appends.push(self.append(&StreamId::patient(subject), "patient", &self.patient(), false));
        let token = self.facts.link_token_stream.as_ref().expect("it has an address");
        appends.push(self.append(token, "link-token", &self.token(), false));
        appends.push(self.append(&self.stream, "visit", &self.visit(), false));
        let care_context = &self.facts.care_context_stream;
        appends.push(self.append(care_context, "care-context", &self.care_context(), false));
        appends.push(self.answer());
        appends.extend((0..self.questions).map(|n| self.question(n)));
        appends
    }

    fn append<E: LogEvent>(
        &self,
        stream: &StreamId,
        stream_type: &'static str,
        events: &[E],
        new_subject: bool,
    ) -> Append {
        let subject = Some(self.facts.subject);
        Append {
            stream: stream.clone(),
            stream_type,
            expected: Expected::Version(0),
            key: format!("bench:{stream}"),
            origin: Origin {
                correlation: self.run,
                causation: None,
                actor: Actor::Door,
                subject,
                new_subject,
            },
            events: events.iter().map(codec::encode).collect(),
        }
    }

    /// Derives an id. The same input gives the same id.
    fn id(&self, what: &str) -> Uuid {
        Uuid::new_v5(&self.run, format!("{what}-{}", self.number).as_bytes())
    }

    fn patient(&self) -> [PatientEvent; 2] {
        let number = self.number;
        let lookups =
            Lookups { reference: self.reference.clone(), mobile: Some(self.mobile.clone()) };
        let demographics = Demographics {
            reference: Phi::new(format!("7{number:09}")),
            name: Phi::new(format!("Patient {number}")),
            name_latin: None,
            gender: Phi::new("F".to_owned()),
            year_of_birth: Some(Phi::new(1988)),
            mobile: None,
        };
        let abha = Abha { address: Some(Phi::new(address(number))), number: None };
        let lookups_abha = AbhaLookups { address: Some(self.address.clone()), number: None };
        [
            PatientEvent::Registered {
                facility: self.facility.clone(),
                lookups,
                digest: self.reference.clone(),
                demographics: Sealed::Open(demographics),
            },
            PatientEvent::AbhaAttached {
                facility: self.facility.clone(),
                lookups: lookups_abha,
                abha: Sealed::Open(abha),
            },
        ]
    }

    fn token(&self) -> [LinkTokenEvent; 2] {
        let request_id = RequestId(self.id("token"));
        [
            LinkTokenEvent::Requested {
                facility: self.facility.clone(),
                subject: self.facts.subject,
                request_id,
                care_context: self.facts.care_context_stream.clone(),
                at: None,
            },
            LinkTokenEvent::Issued {
                request_id,
                expires_at: self.at + chrono::TimeDelta::days(150),
                waiting: vec![self.facts.care_context_stream.clone()],
                token: Sealed::Open(Phi::new("h.e30.s".to_owned())),
            },
        ]
    }

    fn visit(&self) -> [VisitEvent; 3] {
        let document = document(self.number, self.facts.care_context.as_str(), self.at);
        let built = BuiltDocument {
            hi_type: HiType::OpConsultation,
            document_id: self.id("document"),
            digest: Digest::of(document.as_bytes()),
            size_bytes: 9_000,
        };
        [
            VisitEvent::Recorded {
                facts: self.facts.clone(),
                digest: self.reference.clone(),
                document: Sealed::Open(Phi::new(document)),
            },
            VisitEvent::BundlesBuilt {
                revision: 1,
                facts: self.facts.clone(),
                built: vec![built],
                skipped: vec![],
            },
            VisitEvent::Linked {
                care_context: self.facts.care_context.clone(),
                hi_types: vec![HiType::OpConsultation],
            },
        ]
    }

    fn care_context(&self) -> [CareContextEvent; 3] {
        let facts = CareContextFacts {
            facility: self.facility.clone(),
            subject: self.facts.subject,
            reference: self.facts.care_context.clone(),
            visit: self.stream.clone(),
            visited_at: self.at,
        };
        let request_id = RequestId(self.id("link"));
        let hi_types = vec![HiType::OpConsultation];
        [
            CareContextEvent::Registered {
                facts,
                hi_types: hi_types.clone(),
                link_with: self.facts.link_token_stream.clone(),
                revision: 1,
            },
            CareContextEvent::LinkRequested {
                request_id,
                link_token: self.facts.link_token_stream.clone().expect("it has an address"),
                hi_types: hi_types.clone(),
                issued_by: None,
            },
            CareContextEvent::Linked {
                request_id,
                already: false,
                visit: self.stream.clone(),
                reference: self.facts.care_context.clone(),
                hi_types,
            },
        ]
    }

    /// The gateway's answer to the link request, encrypted under a key of its own like each message.
    fn answer(&self) -> Append {
        let body = json!({
            "status": "Successfully linked care context",
            "response": { "requestId": self.id("link").to_string() },
        });
        let raw = RawCallback {
            path: CallbackKind::OnCareContext.path().to_owned(),
            headers: vec![],
            body: body.to_string(),
        };
        let message = self.message("answer", CallbackKind::OnCareContext, Sealed::Open(raw));
        let own = SubjectId(self.id("answer-key"));
        let mut append = message;
        append.origin = Origin { subject: Some(own), new_subject: true, ..append.origin };
        append
    }

    /// A request of the gateway without its sealed part, because nothing opens it here.
    fn question(&self, n: u32) -> Append {
        self.message(&format!("question-{n}"), CallbackKind::Discover, Sealed::Closed)
    }

    fn message(&self, what: &str, kind: CallbackKind, raw: Sealed<RawCallback>) -> Append {
        let request_id = RequestId(self.id(what));
        let received = ReceivedCallback {
            named: None,
            kind,
            api: hip_domain::inbound::ApiVersion::V3,
            facility: self.facility.clone(),
            request_id,
            sent_at: None,
            digest: Digest::of(what.as_bytes()),
            bearer: BearerCheck { key_id: "bench".to_owned(), issuer: None, late_by_s: 0 },
            raw,
        };
        let events = [InboundEvent::Received(received), InboundEvent::Interpreted { owed: None }];
        let stream = StreamId::stored(format!("in-gateway-{request_id}"));
        let append = self.append(&stream, "in", &events, false);
        Append { origin: Origin { subject: None, ..append.origin }, ..append }
    }
}

/// The ABHA address of the patient of a visit.
pub(super) fn address(number: u64) -> String {
    format!("patient.{number}@sbx")
}

/// The visit document that a record system pushes.
fn document(number: u64, code: &str, at: DateTime<Utc>) -> String {
    let (facility, name) =
        (crate::dev::demo_environment::FACILITY_ID, crate::dev::demo_environment::FACILITY_NAME);
    json!({
        "schemaVersion": "1.0",
        "eventId": Uuid::new_v5(&Uuid::NAMESPACE_OID, code.as_bytes()),
        "visit": { "visitCode": code, "visitDate": at.to_rfc3339(), "category": "General OPD", "docFlag": 9 },
        "beneficiary": {
            "beneficiaryId": format!("7{number:09}"), "beneficiaryRegId": format!("7{number:09}"),
            "name": format!("Patient {number}"), "gender": "Female", "dateOfBirth": "1988-05-04",
            "abhaAddress": address(number),
        },
        "facility": { "abdmFacilityId": facility, "abdmFacilityName": name },
        "practitioner": { "userId": "12", "fullName": "Dr. Test Doctor", "employeeId": "E-12" },
        "chiefComplaints": [{ "complaint": "Migraine", "sctCode": "37796009", "sctTerm": "Migraine" }],
        "prescriptions": [{ "genericName": "Sumatriptan", "form": "Tablet", "frequency": "SOS" }],
    })
    .to_string()
}
