//! The medical record system: visits as documents, pushed over HTTP.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::person::Person;
use super::watch::about;
use crate::run::clock;
use crate::wire::operation::Operation;

/// One visit of one patient.
#[derive(Clone)]
pub(super) struct Visit {
    /// The care context reference, in the form of AMRIT's visit codes.
    pub(super) code: String,
    pub(super) at: DateTime<Utc>,
    /// Whether the visit was registered with the patient's ABHA.
    pub(super) with_abha: bool,
    /// Whether vital signs were recorded too, which gives a separate document.
    pub(super) with_vitals: bool,
}

impl Visit {
    pub(super) fn without_abha(self) -> Self {
        Self { with_abha: false, ..self }
    }

    pub(super) fn with_vitals(self) -> Self {
        Self { with_vitals: true, ..self }
    }
}

impl SuiteContext<'_> {
    /// A general consultation with a prescription, this many days ago.
    pub(super) fn visit(&self, days_ago: i64) -> Visit {
        let at = clock::now() - TimeDelta::days(days_ago);
        Visit { code: self.visit_code(), at, with_abha: true, with_vitals: false }
    }

    /// Pushes a visit; the HIP must accept it.
    pub(super) async fn push(&self, person: &Person, visit: &Visit) -> Verdict {
        let document = self.document(person, visit);
        let response = self
            .sandbox
            .world
            .http
            .post(format!("{}/v1/visits", self.hip.url))
            .bearer_auth(&self.hip.api_key)
            .header("Content-Type", "application/json")
            .body(document.to_string())
            .send()
            .await
            .map_err(|error| Failure(format!("the visit did not reach the HIP: {error}")))?;
        let status = response.status();
        ensure(status.is_success(), format!("the visit was answered with {status}"))?;
        self.saw(format!("visit pushed, {}", status.as_u16()));
        Ok(())
    }

    /// A visit with ABHA that the gateway linked and the HIP was notified of.
    pub(super) async fn linked_visit(&self, person: &Person, days_ago: i64) -> Verdict<Visit> {
        let since = self.now();
        let visit = self.visit(days_ago);
        self.push(person, &visit).await?;
        let link = self.call(since, Operation::LinkCareContext, about(person.address())).await?;
        self.callback(&link).await?;
        ensure(self.is_linked(person, &visit), "the gateway holds no link of the visit")?;
        Ok(visit)
    }

    pub(super) fn is_linked(&self, person: &Person, visit: &Visit) -> bool {
        let linked = self.sandbox.phr().linked(person.address());
        linked.iter().any(|context| context.care_context_reference == visit.code)
    }

    /// The visit document; a new push id each time.
    fn document(&self, person: &Person, visit: &Visit) -> Value {
        let at = visit.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let holder = &person.holder;
        let mut document = json!({
            "schemaVersion": "1.0",
            "eventId": self.sandbox.world.draw.id(),
            "visit": {
                "visitCode": visit.code,
                "visitDate": at,
                "category": "General OPD",
                "docFlag": 9,
            },
            "beneficiary": {
                "beneficiaryId": person.beneficiary_id,
                "beneficiaryRegId": person.beneficiary_id,
                "name": person.name,
                "gender": "Female",
                "dateOfBirth": format!("{}-04-09", holder.year_of_birth),
                "phone": format!("+91 {}", holder.mobile),
                "address": {"village": "Ambegaon", "state": "Maharashtra"},
            },
            "facility": {
                "abdmFacilityId": self.facility(),
                "abdmFacilityName": "PHC Conformance",
            },
            "practitioner": {"userId": "12", "fullName": "Dr Test Doctor", "employeeId": "E-12"},
            "chiefComplaints": [{"complaint": "Fever", "sctCode": "386661006", "sctTerm": "Fever"}],
            "prescriptions": [{
                "genericName": "Paracetamol", "form": "Tablet", "frequency": "SOS",
                "prescribedAt": at,
            }],
        });
        if visit.with_abha {
            document["beneficiary"]["abhaAddress"] = json!(holder.abha_address);
            document["beneficiary"]["abhaNumber"] = json!(holder.abha_number);
        }
        if visit.with_vitals {
            document["vitals"] = json!({"recordedAt": at, "pulseRate": 84, "weightKg": 54.5});
        }
        document
    }
}
