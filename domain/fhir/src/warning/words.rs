//! Words, units, ranges and attachments that are not understood.

use super::{Found, WarningRule};
use crate::terminology::claim::{self, Claim};
use crate::terminology::{status, ucum, unit};
use crate::visit::media_type::{self, Content};
use crate::visit::{Decimal, LabComponent, VisitDocument};

const UNKNOWN: &str = "is not understood: it is sent as text, without a code";

pub(super) fn check(visit: &VisitDocument, found: &mut Found) {
    statuses(visit, found);
    for (index, test) in visit.lab_tests.iter().enumerate() {
        for (nth, component) in test.components.iter().enumerate() {
            result(&format!("labTests[{index}].components[{nth}]"), component, found);
        }
    }
    for (index, scan) in visit.documents.iter().enumerate() {
        attachment(&format!("documents[{index}]"), (&scan.content_type, &scan.data), found);
    }
    for (index, report) in visit.imaging_reports.iter().enumerate() {
        if let Some(image) = &report.image {
            let path = format!("imagingReports[{index}].image");
            attachment(&path, (&image.content_type, &image.data), found);
        }
    }
}

fn statuses(visit: &VisitDocument, found: &mut Found) {
    let mut word = |path: String, word: Option<&String>, is_known: fn(&str) -> bool| {
        if word.is_some_and(|word| !is_known(word)) {
            found.add(path, WarningRule::UnknownWord, UNKNOWN);
        }
    };
    for (index, allergy) in visit.allergies.iter().enumerate() {
        let is_known = |word: &str| status::allergy(word).is_some();
        word(format!("allergies[{index}].status"), allergy.status.as_ref(), is_known);
    }
    for (index, past) in visit.medical_history.iter().enumerate() {
        let is_known = |word: &str| status::condition(word).is_some();
        word(format!("medicalHistory[{index}].status"), past.status.as_ref(), is_known);
    }
    for (index, done) in visit.procedures.iter().enumerate() {
        let is_known = |word: &str| status::procedure(word).is_some();
        word(format!("procedures[{index}].status"), done.status.as_ref(), is_known);
    }
    for (index, diagnosis) in visit.diagnoses.iter().enumerate() {
        let is_clear = |term: &str| claim::of(term) != Claim::Unclear;
        word(format!("diagnoses[{index}].term"), Some(&diagnosis.term), is_clear);
    }
    let follow_up = visit.follow_up.as_ref().and_then(|follow_up| follow_up.status.as_ref());
    word("followUp.status".to_owned(), follow_up, |word| status::appointment(word).is_some());
}

fn result(path: &str, component: &LabComponent, found: &mut Found) {
    if let Some(code) = &component.ucum_code {
        let is_ucum = ucum::is_unit(code);
        let words = component.unit.as_deref();
        if !is_ucum {
            let text = "is no UCUM code: it is not sent";
            found.add(format!("{path}.ucumCode"), WarningRule::Unit, text);
        } else if words.is_some_and(|words| unit::contradicts(words, code)) {
            let text = "is not the unit in unit: it is not sent";
            found.add(format!("{path}.ucumCode"), WarningRule::Unit, text);
        }
    }
    let end = |end: &Option<Decimal>| end.as_ref().and_then(Decimal::nearest);
    if let (Some(low), Some(high)) = (end(&component.range_min), end(&component.range_max))
        && low > high
    {
        let text = "is above rangeMax: the range is not sent";
        found.add(format!("{path}.rangeMin"), WarningRule::Range, text);
    }
}

fn attachment(path: &str, (media_type, data): (&str, &str), found: &mut Found) {
    let text = match media_type::content(media_type, data) {
        Content::Fits => return,
        Content::Other(_) => "is not that of the bytes in data: they are sent under their own",
        Content::Unknown => "the bytes in data do not start as a file of this media type does",
    };
    found.add(format!("{path}.contentType"), WarningRule::MediaType, text);
}
