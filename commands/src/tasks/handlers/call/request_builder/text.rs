//! Texts in messages, restricted to the characters that the gateway accepts.

use chrono::{DateTime, SecondsFormat, Utc};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ErrorCode};
use hip_domain::patient::Demographics;
use serde_json::{Value, json};

use crate::operations::abdm_error::{self, Context};
use crate::patients::matching::in_latin;

/// A care context, its types, and its display text in the PHR app.
pub(super) type Offered = (CareContextReference, Vec<HiType>, String);

/// The gateway accepts at most this many care contexts in one element.
const COUNT_MAX: usize = 20;

/// One element for each health information type.
pub(super) fn patients(person: &Demographics, offered: &[Offered]) -> Value {
    let mut elements = Vec::new();
    for hi_type in HiType::ALL {
        let of_kind: Vec<_> = offered
            .iter()
            .filter(|(_, hi_types, _)| hi_types.contains(&hi_type))
            .map(|(reference, _, display)| {
                json!({ "referenceNumber": reference.as_str(), "display": display })
            })
            .collect();
        for care_contexts in of_kind.chunks(COUNT_MAX) {
            elements.push(json!({
                "referenceNumber": person.reference.reveal(),
                "display": displayable(person.name_for_network()),
                "careContexts": care_contexts,
                "hiType": hi_type.as_str(),
                "count": care_contexts.len(),
            }));
        }
    }
    Value::Array(elements)
}

/// One element for all types, as in the older API version.
pub(super) fn one_patient(person: &Demographics, offered: &[Offered]) -> Value {
    let care_contexts: Vec<_> = offered
        .iter()
        .map(|(reference, _, display)| {
            json!({ "referenceNumber": reference.as_str(), "display": display })
        })
        .collect();
    json!({
        "referenceNumber": person.reference.reveal(),
        "display": displayable(person.name_for_network()),
        "careContexts": care_contexts,
    })
}

/// A name in Latin letters, with only the characters that the gateway accepts in a display text.
fn displayable(name: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_-@,. \"':|()/".contains(*c);
    let text: String = in_latin(name).chars().filter(allowed).take(255).collect();
    let text = text.trim();
    let says_something = text.contains(|c: char| c.is_ascii_alphanumeric());
    if says_something { text.to_owned() } else { "Patient".to_owned() }
}

/// A name as the gateway accepts it for a token: Latin letters, spaces and some punctuation.
pub(super) fn latin_name(name: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphabetic() || " ',.-".contains(*c);
    in_latin(name).chars().filter(allowed).collect::<String>().trim().to_owned()
}

/// UTC with exactly three fraction digits, as the gateway requires.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An error object with the text of the error table.
pub(super) fn error(code: &ErrorCode, context: Context) -> Value {
    json!({ "code": code.as_str(), "message": abdm_error::message(code, context) })
}

#[cfg(test)]
mod tests {
    use hip_domain::sensitive::Phi;

    use super::*;

    #[test]
    fn a_name_in_another_script_becomes_something_the_gateway_takes() {
        assert_eq!(displayable("आशा रानी"), "Asha Rani");
        assert_eq!(displayable("…"), "Patient");
        assert_eq!(displayable("Asha  <Rani>"), "Asha Rani");
    }

    #[test]
    fn there_is_one_element_for_each_kind_and_its_count_is_right() {
        let person = Demographics {
            reference: Phi::new("P-1".to_owned()),
            name: Phi::new("Test Person".to_owned()),
            name_latin: None,
            gender: Phi::new("F".to_owned()),
            year_of_birth: None,
            mobile: None,
        };
        let kinds = vec![HiType::OpConsultation, HiType::Prescription];
        let reference = CareContextReference::parse("300").unwrap();
        let elements = patients(&person, &[(reference, kinds, "Visit".to_owned())]);
        assert_eq!(elements.as_array().map(Vec::len), Some(2));
        assert_eq!(elements[1]["hiType"], "Prescription");
        assert_eq!(elements[1]["count"], 1);
    }
}
