//! Times that cannot be in that order, and what is done in the future.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Found, WarningRule};
use crate::visit::{Immunization, LabTest, Moment, PartialDate, VisitDocument, facility_zone};

/// Clocks of hospitals differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(10);

pub(super) fn check(visit: &VisitDocument, now: DateTime<Utc>, found: &mut Found) {
    let times = Times { birth: visit.beneficiary.date_of_birth.as_ref(), now };
    times.future(found, "visit.visitDate", Some(&visit.visit.visit_date));
    times.future(found, "visit.endTime", visit.visit.end_time.as_ref());
    if let Some(stay) = &visit.admission {
        times.future(found, "admission.admittedAt", Some(&stay.admitted_at));
        times.future(found, "admission.dischargedAt", stay.discharged_at.as_ref());
    }
    if let Some(vitals) = &visit.vitals {
        times.future(found, "vitals.recordedAt", vitals.recorded_at.as_ref());
    }
    recorded(visit, &times, found);
    if let Some(died) = &visit.beneficiary.deceased_date {
        times.day(found, "beneficiary.deceasedDate", died, "a death");
    }
    for (index, test) in visit.lab_tests.iter().enumerate() {
        times.test(found, &format!("labTests[{index}]"), test);
    }
    for (index, report) in visit.imaging_reports.iter().enumerate() {
        let path = format!("imagingReports[{index}].reportedAt");
        times.future(found, &path, report.reported_at.as_ref());
    }
    for (index, dose) in visit.immunizations.iter().enumerate() {
        times.dose(found, &format!("immunizations[{index}]"), dose);
    }
    for (index, scan) in visit.documents.iter().enumerate() {
        times.future(found, &format!("documents[{index}].createdAt"), scan.created_at.as_ref());
    }
    for (index, done) in visit.procedures.iter().enumerate() {
        let is_planned = done.status.as_deref().and_then(crate::terminology::status::procedure)
            == Some("preparation");
        if !is_planned {
            let path = format!("procedures[{index}].performedAt");
            times.future(found, &path, done.performed_at.as_ref());
        }
    }
    if let Some(invoice) = &visit.invoice {
        times.future(found, "invoice.date", Some(&invoice.date));
    }
}

/// When something was written down or ordered.
fn recorded(visit: &VisitDocument, times: &Times<'_>, found: &mut Found) {
    let complaints = visit.chief_complaints.iter().map(|one| one.recorded_at.as_ref());
    let diagnoses = visit.diagnoses.iter().map(|one| one.recorded_at.as_ref());
    let allergies = visit.allergies.iter().map(|one| one.recorded_at.as_ref());
    let medicines = visit.current_medications.iter().map(|one| one.recorded_at.as_ref());
    let doses = visit.immunizations.iter().map(|one| one.recorded_at.as_ref());
    let orders = visit.prescriptions.iter().map(|one| one.prescribed_at.as_ref());
    let tests = visit.lab_tests.iter().map(|one| one.ordered_at.as_ref());
    let all = (complaints.map(|at| ("chiefComplaints", "recordedAt", at)).enumerate())
        .chain(diagnoses.map(|at| ("diagnoses", "recordedAt", at)).enumerate())
        .chain(allergies.map(|at| ("allergies", "recordedAt", at)).enumerate())
        .chain(medicines.map(|at| ("currentMedications", "recordedAt", at)).enumerate())
        .chain(doses.map(|at| ("immunizations", "recordedAt", at)).enumerate())
        .chain(orders.map(|at| ("prescriptions", "prescribedAt", at)).enumerate())
        .chain(tests.map(|at| ("labTests", "orderedAt", at)).enumerate());
    for (index, (list, name, at)) in all {
        times.future(found, &format!("{list}[{index}].{name}"), at);
    }
}

struct Times<'v> {
    birth: Option<&'v PartialDate>,
    now: DateTime<Utc>,
}

impl Times<'_> {
    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&facility_zone()).date_naive()
    }

    fn future(&self, found: &mut Found, path: &str, moment: Option<&Moment>) {
        if moment.is_some_and(|moment| moment.at().signed_duration_since(self.now) > CLOCKS_DIFFER)
        {
            found.add(path, WarningRule::Future, "lies in the future");
        }
    }

    /// A day on which something was done to the patient.
    fn day(&self, found: &mut Found, path: &str, day: &PartialDate, what: &str) {
        if day.is_after(self.today()) {
            found.add(path, WarningRule::Future, "lies in the future");
        }
        if self.birth.is_some_and(|birth| day.is_before(birth)) {
            let text = format!("{what} before beneficiary.dateOfBirth");
            found.add(path, WarningRule::TimeOrder, text);
        }
    }

    fn dose(&self, found: &mut Found, path: &str, dose: &Immunization) {
        let Some(received) = &dose.received_date else {
            return;
        };
        self.day(found, &format!("{path}.receivedDate"), received, "a dose");
        if dose.expiry_date.as_ref().is_some_and(|expiry| expiry.is_before(received)) {
            let text = "the dose had expired when it was given";
            found.add(format!("{path}.expiryDate"), WarningRule::TimeOrder, text);
        }
    }

    fn test(&self, found: &mut Found, path: &str, test: &LabTest) {
        let (ordered, result) = (test.ordered_at.as_ref(), test.result_at.as_ref());
        self.future(found, &format!("{path}.resultAt"), result);
        let mut order =
            |name: &str, first: Option<&Moment>, second: Option<&Moment>, text: &str| {
                if first.zip(second).is_some_and(|(first, second)| first.at() > second.at()) {
                    found.add(format!("{path}.{name}"), WarningRule::TimeOrder, text);
                }
            };
        order("resultAt", ordered, result, "the result is older than orderedAt");
        let Some(specimen) = &test.specimen else {
            return;
        };
        let (taken, received) = (specimen.collected_at.as_ref(), specimen.received_at.as_ref());
        order("specimen.collectedAt", taken, result, "the specimen is younger than resultAt");
        order("specimen.receivedAt", received, result, "the specimen is younger than resultAt");
        let odd = "the laboratory had the specimen before specimen.collectedAt";
        order("specimen.receivedAt", taken, received, odd);
    }
}
