//! One result of a test.

use super::range::Range;
use super::taken_at;
use crate::document::draft::{Draft, Item};
use crate::document::section::physical_examination::unknown;
use crate::document::section::{coding, line};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta, Number, Quantity};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Observation, Outcome};
use crate::terminology::{system, unit};
use crate::validate::unit::is_sound as is_unit_of_ucum;
use crate::visit::{Decimal, LabComponent, LabTest, LabValue};

pub(super) fn items<'a>(draft: &mut Draft<'a>, index: usize, test: &'a LabTest) -> Vec<Item<'a>> {
    let components = test.components.iter().enumerate();
    components.map(|(nth, component)| item(draft, (index, nth), test, component)).collect()
}

fn item<'a>(
    draft: &mut Draft<'a>,
    (index, nth): (usize, usize),
    test: &'a LabTest,
    component: &'a LabComponent,
) -> Item<'a> {
    let name = &component.name;
    let value = Value::of(component);
    let range = Range::of(component);
    if range.is_none() && component.range_min.is_some() {
        let path = format!("labTests[{index}].components[{nth}].rangeMin");
        draft.leave_out(path, "a range that ends below its start is not part of the document");
    }
    let verdict = range.as_ref().zip(value.number()).and_then(|(range, it)| range.verdict(it));
    let line = format!(
        "{name}: {}",
        line([
            Some(&value.words(component)),
            verdict.map(|(_, display)| display),
            range.as_ref().map(|range| format!("normal {}", range.words())).as_deref(),
            component.remarks.as_deref(),
        ])
    );
    let (code, term) = (component.loinc_code.as_ref(), component.loinc_term.as_ref());
    let category = Coding::new(system::OBSERVATION_CATEGORY, "laboratory", "Laboratory");
    let observation = Observation {
        id: draft.id(&format!("lab/{index}/{nth}")),
        meta: Meta::of(profile::OBSERVATION),
        text: Narrative::paragraph(&line),
        status: if component.value.is_some() { "final" } else { "registered" },
        category: [CodeableConcept::coded(category)],
        code: CodeableConcept::worded(name, coding(system::LOINC, code, term, name)),
        subject: draft.patient(),
        encounter: draft.encounter(),
        effective_date_time: taken_at(draft, test).as_str(),
        performer: [draft.organization()],
        interpretation: verdict.map(|(code, display)| {
            [CodeableConcept::coded(Coding::new(system::INTERPRETATION, code, display))]
        }),
        note: component.remarks.iter().map(|text| Annotation { text: text.into() }).collect(),
        reference_range: range.map(|range| [range.reference(|end| quantity(component, end))]),
        outcome: value.outcome(component),
    };
    draft.add(observation, name, line)
}

/// What the laboratory sent, understood.
enum Value<'a> {
    Written(&'a Decimal),
    /// A number that came as text, as most do.
    Read(Decimal),
    Words(&'a String),
    Absent,
}

impl<'a> Value<'a> {
    fn of(component: &'a LabComponent) -> Self {
        match &component.value {
            Some(LabValue::Number(number)) => Self::Written(number),
            Some(LabValue::Text(text)) => Decimal::read(text).map_or(Self::Words(text), Self::Read),
            None => Self::Absent,
        }
    }

    fn number(&self) -> Option<&Decimal> {
        match self {
            Self::Written(number) => Some(number),
            Self::Read(number) => Some(number),
            Self::Words(_) | Self::Absent => None,
        }
    }

    fn words(&self, component: &LabComponent) -> String {
        let value = match self {
            Self::Written(number) => number.as_str(),
            Self::Read(number) => number.as_str(),
            Self::Words(text) => text,
            Self::Absent => return "no result yet".to_owned(),
        };
        match &component.unit {
            Some(unit) => format!("{value} {unit}"),
            None => value.to_owned(),
        }
    }

    fn outcome(self, component: &'a LabComponent) -> Outcome<'a> {
        match self {
            Self::Written(number) => Outcome::ValueQuantity(quantity(component, number)),
            Self::Read(number) => {
                Outcome::ValueQuantity(with_unit(component, Number::Read(number)))
            }
            Self::Words(text) => Outcome::ValueString(text.into()),
            Self::Absent => unknown(),
        }
    }
}

fn quantity<'a>(component: &'a LabComponent, number: &'a Decimal) -> Quantity<'a> {
    with_unit(component, Number::Written(number))
}

/// The unit in the laboratory's words, and the UCUM code that the sender gave or the words surely
/// mean.
fn with_unit<'a>(component: &'a LabComponent, number: Number<'a>) -> Quantity<'a> {
    let given = component.ucum_code.as_deref().filter(|code| is_unit_of_ucum(code));
    let code = given.or_else(|| component.unit.as_deref().and_then(unit::ucum));
    let words = component.unit.as_deref().or(code);
    match (words, code) {
        (Some(words), Some(code)) => Quantity::ucum(number, words, code),
        (words, _) => Quantity::plain(number, words.map(Into::into)),
    }
}
