//! One result of a test.

use super::range::Range;
use super::reading::{self, ReadValue};
use super::taken_at;
use crate::document::draft::{Draft, Item};
use crate::document::section::physical_examination::unknown;
use crate::document::section::{coding, line};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta, Number, Quantity};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Observation, Outcome};
use crate::terminology::{system, ucum, unit};
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
    let unit = Unit::of(component);
    if unit.is_code_left_out {
        let path = format!("labTests[{index}].components[{nth}].ucumCode");
        draft.leave_out(path, "a code that is no UCUM, or not that of the unit, is left out");
    }
    let range = Range::of(component);
    if range.is_none() && component.range_min.is_some() {
        let path = format!("labTests[{index}].components[{nth}].rangeMin");
        draft.leave_out(path, "a range that ends below its start is not part of the document");
    }
    let verdict = range
        .as_ref()
        .zip(value.number())
        .and_then(|(range, (number, comparator))| range.verdict(number, comparator));
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
        reference_range: range
            .map(|range| [range.reference(|end| unit.of_value(Number::Written(end)))]),
        outcome: value.outcome(component, &unit),
    };
    draft.add(observation, name, line)
}

/// What the laboratory sent, understood.
enum Value<'a> {
    Written(&'a Decimal),
    /// A number that came as text, as most do.
    Read(ReadValue),
    Words(&'a String),
    Absent,
}

impl<'a> Value<'a> {
    fn of(component: &'a LabComponent) -> Self {
        match &component.value {
            Some(LabValue::Number(number)) => Self::Written(number),
            Some(LabValue::Text(text)) => {
                reading::read(text, component.unit.as_deref()).map_or(Self::Words(text), Self::Read)
            }
            None => Self::Absent,
        }
    }

    /// The number, and on which side of it the value lies.
    fn number(&self) -> Option<(&Decimal, Option<&'static str>)> {
        match self {
            Self::Written(number) => Some((number, None)),
            Self::Read(reading) => Some((&reading.number, reading.comparator)),
            Self::Words(_) | Self::Absent => None,
        }
    }

    fn words(&self, component: &LabComponent) -> String {
        let value = match self {
            Self::Written(number) => number.as_str().to_owned(),
            Self::Read(ReadValue { comparator, number }) => {
                format!("{}{}", comparator.unwrap_or_default(), number.as_str())
            }
            Self::Words(text) => return measured_words(text, component),
            Self::Absent => return "no result yet".to_owned(),
        };
        match &component.unit {
            Some(unit) => format!("{value} {unit}"),
            None => value,
        }
    }

    fn outcome(self, component: &'a LabComponent, unit: &Unit<'a>) -> Outcome<'a> {
        match self {
            Self::Written(number) => Outcome::ValueQuantity(unit.of_value(Number::Written(number))),
            Self::Read(ReadValue { comparator, number }) => {
                let quantity = unit.of_value(Number::Read(number));
                Outcome::ValueQuantity(quantity.compared(comparator))
            }
            Self::Words(text) => Outcome::ValueString(measured_words(text, component).into()),
            Self::Absent => unknown(),
        }
    }
}

/// A text keeps its unit when it tells of numbers: `15-20 mm/hr`, but not `Negative mg/dL`.
fn measured_words(text: &str, component: &LabComponent) -> String {
    let text = text.trim();
    let is_measured =
        text.starts_with(|first: char| first.is_ascii_digit() || "<>≤≥-".contains(first));
    match &component.unit {
        Some(unit) if is_measured && !text.ends_with(unit.as_str()) => format!("{text} {unit}"),
        Some(_) | None => text.to_owned(),
    }
}

/// The unit in the laboratory's words, and the UCUM code that the sender gave or the words surely
/// mean.
struct Unit<'a> {
    words: Option<&'a str>,
    code: Option<&'a str>,
    /// The sender's code is no UCUM, or says another unit than the words.
    is_code_left_out: bool,
}

impl<'a> Unit<'a> {
    fn of(component: &'a LabComponent) -> Self {
        let words = component.unit.as_deref();
        let given = component.ucum_code.as_deref();
        let ucum = given.filter(|code| ucum::is_unit(code));
        let is_contradicted =
            ucum.zip(words).is_some_and(|(code, words)| unit::contradicts(words, code));
        // Which of the two is wrong nobody can tell: then no code is claimed.
        let code = if is_contradicted { None } else { ucum.or_else(|| words.and_then(unit::ucum)) };
        Self { words: words.or(ucum), code, is_code_left_out: given.is_some() && given != code }
    }

    fn of_value(&self, number: Number<'a>) -> Quantity<'a> {
        match (self.words, self.code) {
            (Some(words), Some(code)) => Quantity::ucum(number, words, code),
            (words, _) => Quantity::plain(number, words.map(Into::into)),
        }
    }
}
