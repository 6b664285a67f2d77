//! Codes for what the sender names in words only.
//!
//! They are put into the visit before anything is built, so that no builder has to know of them and
//! the ids of a document, which follow from content, follow from them too.

use std::borrow::Cow;

use crate::terminology::code_map::{Code, CodeMap, Coded};
use crate::visit::{Prescription, VisitDocument};

/// The visit itself, unless `codes` knows something that it does not.
pub(super) fn with_codes<'v>(
    visit: &'v VisitDocument,
    codes: &dyn CodeMap,
) -> Cow<'v, VisitDocument> {
    let mut filled = Cow::Borrowed(visit);
    for (index, order) in visit.prescriptions.iter().enumerate() {
        if order.sct_code.is_none()
            && let Some(code) = ordered(order, codes)
        {
            let order = &mut filled.to_mut().prescriptions[index];
            fill(&mut order.sct_code, &mut order.sct_term, code);
        }
    }
    for (index, medicine) in visit.current_medications.iter().enumerate() {
        if medicine.sct_code.is_none()
            && let Some(code) = codes.code(Coded::Medicine, &medicine.name)
        {
            let medicine = &mut filled.to_mut().current_medications[index];
            fill(&mut medicine.sct_code, &mut medicine.sct_term, code);
        }
    }
    for (index, dose) in visit.immunizations.iter().enumerate() {
        if dose.sct_code.is_none()
            && let Some(code) = codes.code(Coded::Vaccine, &dose.vaccine_name)
        {
            let dose = &mut filled.to_mut().immunizations[index];
            fill(&mut dose.sct_code, &mut dose.sct_term, code);
        }
    }
    filled
}

/// A term without a code was the sender's; the code's own words take its place.
fn fill(code: &mut Option<String>, term: &mut Option<String>, found: Code) {
    *code = Some(found.code);
    *term = Some(found.display);
}

/// By the longest name that is known.
fn ordered(order: &Prescription, codes: &dyn CodeMap) -> Option<Code> {
    let mut names = vec![order.generic_name.clone()];
    for part in [&order.strength, &order.form].into_iter().flatten() {
        let longest = names.last().map_or("", String::as_str);
        names.push(format!("{longest} {part}"));
    }
    names.iter().rev().find_map(|name| codes.code(Coded::Medicine, name))
}
