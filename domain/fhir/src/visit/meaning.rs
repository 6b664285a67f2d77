//! What the schema cannot say: days that exist, attachments that decode, numbers that can be.
//!
//! It runs over the JSON value, beside the schema, so that a sender sees all faults at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::attachment::without_white_space;
use super::error::{Found, Rule};
use super::path::Path;
use super::present;
use super::schema::{DATE_TIME_WORDS, DATE_WORDS, Meaning, meaning_of};
use super::values::moment::{self, Moment};

/// The largest attachment, decoded.
const ATTACHMENT_BYTES_MAX: usize = 10 * 1024 * 1024;
/// FHIR allows no longer text.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// All texts together, attachments aside: a document tells each of them two or three times, and `<` as
/// `&lt;`. A long stay has some hundred kilobytes.
const TEXTS_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What every document of the visit repeats, and how much text that may be: a visit may yield
/// thousands of documents.
const REPEATED: [&str; 4] = ["visit", "beneficiary", "facility", "practitioner"];
const REPEATED_BYTES_MAX: usize = 16 * 1024;
/// Beyond it a number is a mistake, and no longer exact in every reader.
const NUMBER_MAX: f64 = 1e15;

/// Upper bounds that catch a slipped finger, not a rare patient. Above zero in every case: a
/// measure that was not taken is left out.
const VITALS_MAX: &[(&str, f64)] = &[
    ("pulseRate", 400.0),
    ("respiratoryRate", 200.0),
    ("systolic", 400.0),
    ("diastolic", 300.0),
    ("spo2", 100.0),
    ("glucoseFasting", 3_000.0),
    ("glucoseRandom", 3_000.0),
    ("glucose2hPostMeal", 3_000.0),
    ("weightKg", 700.0),
    ("heightCm", 300.0),
    ("bmi", 300.0),
    ("waistCm", 400.0),
    ("headCircumferenceCm", 150.0),
    ("muacCm", 150.0),
];

/// No series of a vaccine has more doses; FHIR itself counts to 2,147,483,647.
const DOSES_MAX: f64 = 1_000.0;

/// Pairs of times where the second may not come before the first.
const ORDER: &[([&str; 2], [&str; 2])] = &[
    (["visit", "visitDate"], ["visit", "endTime"]),
    (["admission", "admittedAt"], ["admission", "dischargedAt"]),
    (["followUp", "start"], ["followUp", "end"]),
];

pub(super) fn check(value: &Value, found: &mut Found) {
    walk(value, None, &mut Path::default(), found);
    amounts(value, found);
    vitals(value, found);
    order(value, found);
    age(value, found);
    doses(value, found);
}

fn walk(value: &Value, name: Option<&str>, path: &mut Path, found: &mut Found) {
    if found.is_full() {
        return;
    }
    match value {
        Value::Object(object) => {
            for (name, field) in object {
                path.push_name(name);
                walk(field, Some(name), path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_item(index);
                walk(item, None, path, found);
                path.pop();
            }
        }
        Value::String(text) => {
            if let Some((rule, message)) = text_fault(text, name.and_then(meaning_of)) {
                found.add(path.clone(), rule, message);
            }
        }
        Value::Number(number) => {
            if number.as_f64().is_none_or(|number| number.abs() > NUMBER_MAX) {
                found.add(path.clone(), Rule::Range, "is too large a number");
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn amounts(document: &Value, found: &mut Found) {
    let too_much = |limit: usize, why: &str| format!("must hold at most {limit} KiB of text{why}");
    if text_bytes(document, None) > TEXTS_BYTES_MAX {
        let message = too_much(TEXTS_BYTES_MAX / 1024, " beside its attachments");
        found.add(Path::default(), Rule::Size, message);
    }
    for part in REPEATED {
        if document.get(part).is_some_and(|part| text_bytes(part, None) > REPEATED_BYTES_MAX) {
            let message = too_much(REPEATED_BYTES_MAX / 1024, ": every document repeats it");
            found.add(Path::of(&[part]), Rule::Size, message);
        }
    }
}

/// How much text there is, attachments left out.
fn text_bytes(value: &Value, name: Option<&str>) -> usize {
    match value {
        Value::Object(object) => {
            object.iter().map(|(name, field)| text_bytes(field, Some(name))).sum()
        }
        Value::Array(items) => items.iter().map(|item| text_bytes(item, None)).sum(),
        Value::String(_) if name.and_then(meaning_of) == Some(Meaning::Base64) => 0,
        Value::String(text) => text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn text_fault(text: &str, meaning: Option<Meaning>) -> Option<(Rule, String)> {
    match meaning {
        Some(Meaning::Base64) => return base64_fault(text),
        Some(Meaning::Date) if moment::PartialDate::parse(text).is_none() => {
            return Some((Rule::Format, DATE_WORDS.to_owned()));
        }
        Some(Meaning::DateTime) if Moment::parse(text).is_none() => {
            return Some((Rule::Format, DATE_TIME_WORDS.to_owned()));
        }
        Some(Meaning::Date | Meaning::DateTime) | None => {}
    }
    if text.len() > TEXT_BYTES_MAX {
        Some((Rule::Size, "must be at most 1 MiB of text".to_owned()))
    } else if text.chars().any(is_forbidden) {
        Some((Rule::Format, "must not contain control characters".to_owned()))
    } else if text.trim().is_empty() {
        Some((Rule::MinLength, "must not be blank: leave out what is not known".to_owned()))
    } else {
        None
    }
}

/// Neither FHIR text nor the XHTML of a narrative can carry these.
fn is_forbidden(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

fn base64_fault(text: &str) -> Option<(Rule, String)> {
    let too_large = || {
        let limit = ATTACHMENT_BYTES_MAX / 1024 / 1024;
        Some((Rule::Size, format!("must be at most {limit} MiB when decoded")))
    };
    let data = without_white_space(text.to_owned());
    if data.len() > ATTACHMENT_BYTES_MAX.div_ceil(3).saturating_mul(4) {
        return too_large();
    }
    match STANDARD.decode(data) {
        Ok(bytes) if bytes.is_empty() => {
            Some((Rule::MinLength, "must not be empty: leave out what is not known".to_owned()))
        }
        Ok(bytes) if bytes.len() > ATTACHMENT_BYTES_MAX => too_large(),
        Ok(_) => None,
        Err(_) => Some((Rule::Format, "must be base64 with padding".to_owned())),
    }
}

fn vitals(document: &Value, found: &mut Found) {
    let number = |name| present(document, &["vitals", name]).and_then(Value::as_f64);
    for &(name, most) in VITALS_MAX {
        if number(name).is_some_and(|value| value <= 0.0 || value > most) {
            let message = format!("must be above 0 and at most {most}; leave it out if not taken");
            found.add(Path::of(&["vitals", name]), Rule::Range, message);
        }
    }
    if let Some(temperature) = number("temperature") {
        let unit = present(document, &["vitals", "temperatureUnit"]).and_then(Value::as_str);
        let fahrenheit =
            if unit == Some("Cel") { temperature.mul_add(1.8, 32.0) } else { temperature };
        if !(80.0..=115.0).contains(&fahrenheit) {
            let message = "must be within 80..115 [degF], or 26.7..46.1 with temperatureUnit Cel";
            found.add(Path::of(&["vitals", "temperature"]), Rule::Range, message);
        }
    }
}

fn order(document: &Value, found: &mut Found) {
    let text = |keys: &[&str; 2]| present(document, keys).and_then(Value::as_str);
    for (earlier, later) in ORDER {
        let times = (text(earlier).and_then(Moment::parse), text(later).and_then(Moment::parse));
        if let (Some(first), Some(second)) = times
            && second.at() < first.at()
        {
            let message = format!("must not be before {}", earlier.join("."));
            found.add(Path::of(later), Rule::Range, message);
        }
    }
    let day =
        |keys| present(document, keys).and_then(Value::as_str).and_then(moment::PartialDate::parse);
    let birth = day(&["beneficiary", "dateOfBirth"]);
    let visit = text(&["visit", "visitDate"]).and_then(Moment::parse);
    if let (Some(birth), Some(visit)) = (birth, visit)
        // Whichever is later, the day that the sender wrote or that of the facility.
        && birth.is_after(visit.at_facility().date_naive().max(visit.at().date_naive()))
    {
        let message = "must not be after visit.visitDate";
        found.add(Path::of(&["beneficiary", "dateOfBirth"]), Rule::Range, message);
    }
}

fn age(document: &Value, found: &mut Found) {
    let part = |name| present(document, &["beneficiary", "age", name]);
    let most = match part("unit").and_then(Value::as_str) {
        Some("years") => 150,
        Some("months") => 150 * 12,
        Some("hours") => 150 * 366 * 24,
        _ => 150 * 366,
    };
    if part("value").and_then(Value::as_f64).is_some_and(|value| value > f64::from(most)) {
        let message = format!("must be at most {most} in this unit");
        found.add(Path::of(&["beneficiary", "age", "value"]), Rule::Range, message);
    }
}

fn doses(document: &Value, found: &mut Found) {
    let vaccines = present(document, &["immunizations"]).and_then(Value::as_array);
    for (index, vaccine) in vaccines.into_iter().flatten().enumerate() {
        for name in ["doseNumber", "seriesDoses"] {
            if present(vaccine, &[name]).and_then(Value::as_f64).is_some_and(|n| n > DOSES_MAX) {
                let mut path = Path::of(&["immunizations"]);
                path.push_item(index);
                path.push_name(name);
                found.add(path, Rule::Range, format!("must be at most {DOSES_MAX}"));
            }
        }
    }
}
