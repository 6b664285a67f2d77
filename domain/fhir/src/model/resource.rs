//! Resources, one file each.

mod allergy_intolerance;
mod appointment;
mod bundle;
mod care_plan;
mod charge_item;
mod composition;
mod condition;
mod diagnostic_report;
mod document_reference;
mod encounter;
mod family_member_history;
mod immunization;
mod immunization_recommendation;
mod invoice;
mod media;
mod medication_request;
mod medication_statement;
mod observation;
mod organization;
mod patient;
mod practitioner;
mod practitioner_role;
mod procedure;
mod service_request;
mod specimen;

use serde::Serialize;
use uuid::Uuid;

pub(crate) use self::allergy_intolerance::AllergyIntolerance;
pub(crate) use self::appointment::{Appointment, Attendee};
pub(crate) use self::bundle::{Bundle, BundleMeta, Entry};
pub(crate) use self::care_plan::CarePlan;
pub(crate) use self::charge_item::ChargeItem;
pub(crate) use self::composition::{Attester, Composition, RelatesTo, Section};
pub(crate) use self::condition::Condition;
pub(crate) use self::diagnostic_report::{DiagnosticReport, Evidence, MediaLink};
pub(crate) use self::document_reference::{DocumentContent, DocumentReference};
pub(crate) use self::encounter::{Diagnosis, Encounter, Hospitalization, Participant};
pub(crate) use self::family_member_history::{FamilyCondition, FamilyMemberHistory};
pub(crate) use self::immunization::{Immunization, Protocol};
pub(crate) use self::immunization_recommendation::{
    DateCriterion, DueDose, ImmunizationRecommendation,
};
pub(crate) use self::invoice::{Invoice, LineItem, PriceComponent};
pub(crate) use self::media::Media;
pub(crate) use self::medication_request::{DispenseRequest, MedicationRequest};
pub(crate) use self::medication_statement::MedicationStatement;
pub(crate) use self::observation::{Component, Observation, Outcome, ReferenceRange};
pub(crate) use self::organization::Organization;
pub(crate) use self::patient::{Deceased, Patient};
pub(crate) use self::practitioner::{Practitioner, Qualification};
pub(crate) use self::practitioner_role::PractitionerRole;
pub(crate) use self::procedure::Procedure;
pub(crate) use self::service_request::ServiceRequest;
pub(crate) use self::specimen::{Collection, Specimen};

/// A resource that can be an entry of a document.
pub(crate) trait Part<'a> {
    /// Its `resourceType`.
    const TYPE: &'static str;
    fn id(&self) -> Uuid;
    fn into_resource(self) -> Resource<'a>;
}

macro_rules! resources {
    ($($name:ident),+ $(,)?) => {
        #[derive(Serialize)]
        #[serde(tag = "resourceType")]
        pub(crate) enum Resource<'a> {
            $($name(Box<$name<'a>>)),+
        }

        $(impl<'a> Part<'a> for $name<'a> {
            const TYPE: &'static str = stringify!($name);

            fn id(&self) -> Uuid {
                self.id
            }

            fn into_resource(self) -> Resource<'a> {
                Resource::$name(Box::new(self))
            }
        })+
    };
}

resources! {
    AllergyIntolerance,
    Appointment,
    CarePlan,
    ChargeItem,
    Composition,
    Condition,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    FamilyMemberHistory,
    Immunization,
    ImmunizationRecommendation,
    Invoice,
    Media,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    Procedure,
    ServiceRequest,
    Specimen,
}
