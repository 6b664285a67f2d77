//! JSON that no rule knows: it may still hold nothing that FHIR forbids everywhere.

use crate::validate::finding::{Layer, Severity};
use crate::validate::report::{Note, Report};
use crate::validate::tape::{Kind, View};

/// Checks `at` and all that is in it.
pub(in crate::validate) fn check(at: View<'_>, report: &mut Report) {
    for value in at.descendants() {
        let note = match value.kind() {
            Kind::Object if value.count() == 0 => {
                Note::new("json-empty", "an empty object has no meaning in FHIR", "leave it out")
            }
            Kind::List if value.count() == 0 => {
                Note::new("json-empty", "an empty list has no meaning in FHIR", "leave it out")
            }
            Kind::Text | Kind::WrittenOut if value.text().is_some_and(str::is_empty) => {
                Note::new("primitive", "an empty text has no meaning in FHIR", "leave it out")
            }
            // In a list it may keep a list of extensions in step.
            Kind::Null if !value.key().is_empty() => {
                Note::new("json-null", "null has no meaning in FHIR", "leave the element out")
            }
            Kind::Object => {
                doubles(value, report);
                continue;
            }
            Kind::Null
            | Kind::Boolean
            | Kind::Number
            | Kind::Text
            | Kind::WrittenOut
            | Kind::List => {
                continue;
            }
        };
        report.add(Severity::Error, Layer::Fhir, value.into(), note);
    }
}

fn doubles(object: View<'_>, report: &mut Report) {
    let mut members: Vec<_> = object.members().map(|member| (member.key(), member)).collect();
    members.sort_by_key(|(key, _)| *key);
    for pair in members.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let message = "the name is there already in this object";
        let note = Note::new("json-duplicate", message, "remove one of them");
        report.add(Severity::Error, Layer::Fhir, pair[1].1.into(), note);
    }
}
