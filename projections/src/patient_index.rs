//! Index of patients by pseudonyms, with the positions of their data in the log.

use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::patient::PatientEvent;
use hip_domain::recorded::Recorded;

/// A change of the index.
#[derive(Debug, Clone, PartialEq)]
pub enum PatientIndexChange {
    /// The patient's identifiers and demographics changed.
    Demographics {
        /// The patient.
        subject: SubjectId,
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonym of the patient reference.
        reference: Pseudonym,
        /// Pseudonym of the mobile number.
        mobile: Option<Pseudonym>,
        /// Position of the event with the demographics.
        at: i64,
    },
    /// The patient has this ABHA.
    Abha {
        /// The patient.
        subject: SubjectId,
        /// Pseudonym of the ABHA address.
        address: Option<Pseudonym>,
        /// Pseudonym of the ABHA number.
        number: Option<Pseudonym>,
        /// Position of the event with the ABHA.
        at: i64,
    },
    /// The patient left ABDM.
    NoAbha {
        /// The patient.
        subject: SubjectId,
    },
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<PatientIndexChange> {
    let Event::Patient(event) = &recorded.event else {
        return None;
    };
    // Older versions stored the subject of the message that detached an ABHA instead of the patient's.
    let subject = recorded.stream.person()?;
    let at = recorded.position;
    Some(match event {
        PatientEvent::Registered { facility, lookups, .. }
        | PatientEvent::DemographicsChanged { facility, lookups, .. } => {
            PatientIndexChange::Demographics {
                subject,
                facility: facility.clone(),
                reference: lookups.reference.clone(),
                mobile: lookups.mobile.clone(),
                at,
            }
        }
        PatientEvent::AbhaAttached { lookups, .. } => PatientIndexChange::Abha {
            subject,
            address: lookups.address.clone(),
            number: lookups.number.clone(),
            at,
        },
        PatientEvent::AbhaDetached { .. } => PatientIndexChange::NoAbha { subject },
    })
}
