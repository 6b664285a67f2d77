//! By what a patient can be found: pseudonyms, and where in the log their data lies.

use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::patient::PatientEvent;
use hip_domain::recorded::Recorded;

/// A change of the index.
#[derive(Debug, Clone, PartialEq)]
pub enum PatientIndexChange {
    /// The patient is known by these, and described at this position.
    Demographics {
        /// Who.
        subject: SubjectId,
        /// Where.
        facility: FacilityId,
        /// Pseudonym of the patient reference.
        reference: Pseudonym,
        /// Pseudonym of the mobile number.
        mobile: Option<Pseudonym>,
        /// Where the demographics lie.
        at: i64,
    },
    /// The patient has this ABHA, which lies at this position.
    Abha {
        /// Who.
        subject: SubjectId,
        /// Pseudonym of the ABHA address.
        address: Option<Pseudonym>,
        /// Pseudonym of the ABHA number.
        number: Option<Pseudonym>,
        /// Where the ABHA lies.
        at: i64,
    },
    /// The patient has left ABDM.
    NoAbha {
        /// Who.
        subject: SubjectId,
    },
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<PatientIndexChange> {
    let Event::Patient(event) = &recorded.event else {
        return None;
    };
    // Older versions noted the subject of the message that detached an ABHA instead of the person's.
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
