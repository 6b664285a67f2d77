//! A result that came as text, where a number is meant.

use crate::visit::Decimal;

/// Signs and words of a comparison, and the code of FHIR; longer ones before their beginnings.
const COMPARATORS: [(&str, &str); 12] = [
    ("<=", "<="),
    ("=<", "<="),
    ("≤", "<="),
    (">=", ">="),
    ("=>", ">="),
    ("≥", ">="),
    ("<", "<"),
    (">", ">"),
    ("less than ", "<"),
    ("more than ", ">"),
    ("greater than ", ">"),
    ("below ", "<"),
];

/// Beyond it nobody writes a power of ten in a result.
const POWER_MAX: usize = 12;

/// `>1000`: a number, and on which side of it the result lies.
pub(super) struct ReadValue {
    pub(super) comparator: Option<&'static str>,
    pub(super) number: Decimal,
}

/// None for what is no single number: words, ranges, titres.
pub(super) fn read(text: &str, unit: Option<&str>) -> Option<ReadValue> {
    let text = without_unit(text.trim(), unit);
    let (comparator, digits) = comparison(text);
    // A power of ten in both would be counted twice, or not; nobody can tell.
    let has_power = |text: &str| text.contains("10^") || text.contains("10*");
    let power_in_unit = unit.is_some_and(has_power);
    let number = match powers(digits) {
        Some((mantissa, power)) if !power_in_unit => shifted(&ungrouped(mantissa)?, power)?,
        Some(_) => return None,
        None => ungrouped(digits)?,
    };
    Decimal::read(&number).map(|number| ReadValue { comparator, number })
}

/// Laboratories repeat the unit behind the number.
fn without_unit<'t>(text: &'t str, unit: Option<&str>) -> &'t str {
    let Some(unit) = unit.map(str::trim).filter(|unit| !unit.is_empty()) else {
        return text;
    };
    let start = text.len().saturating_sub(unit.len());
    match (text.get(..start), text.get(start..)) {
        (Some(before), Some(end)) if end.eq_ignore_ascii_case(unit) => before.trim_end(),
        _ => text,
    }
}

fn comparison(text: &str) -> (Option<&'static str>, &str) {
    for (sign, code) in COMPARATORS {
        let start = text.get(..sign.len()).filter(|start| start.eq_ignore_ascii_case(sign));
        if start.is_some() {
            return (Some(code), text[sign.len()..].trim_start());
        }
    }
    (None, text)
}

/// `4.5 x10^3` as mantissa and power.
fn powers(text: &str) -> Option<(&str, usize)> {
    let (mantissa, rest) = text.split_once(['x', 'X', '×', '*'])?;
    let power = rest.trim_start().strip_prefix("10")?.trim_start();
    let power: String = power.trim_start_matches(['^', '*']).trim().chars().map(plain).collect();
    let power = power.parse().ok().filter(|power| *power <= POWER_MAX)?;
    Some((mantissa.trim_end(), power))
}

/// A digit in superscript as a digit.
fn plain(letter: char) -> char {
    "⁰¹²³⁴⁵⁶⁷⁸⁹"
        .chars()
        .zip('0'..='9')
        .find(|(high, _)| *high == letter)
        .map_or(letter, |(_, it)| it)
}

/// `1,50,000` without its commas: groups of two or three digits, three in the last, as in India, or of
/// three, as elsewhere.
fn ungrouped(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.contains(',') {
        return None;
    }
    let groups: Vec<&str> = whole.split(',').collect();
    if let [first, middle @ .., last] = &groups[..] {
        let inner = |length: usize| middle.iter().all(|group| group.len() == length);
        let fits = (1..=3).contains(&first.len()) && last.len() == 3;
        let is_indian = first.len() <= 2 && inner(2);
        if !fits || !(is_indian || inner(3)) {
            return None;
        }
    }
    let whole = groups.concat();
    let whole = if whole.is_empty() && !fraction.is_empty() { "0".to_owned() } else { whole };
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(if fraction.is_empty() && !digits.contains('.') {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// The number with its point `power` places to the right.
fn shifted(number: &str, power: usize) -> Option<String> {
    let sound = Decimal::read(number)?;
    let digits = sound.as_str();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let moved: String = fraction.chars().chain(std::iter::repeat('0')).take(power).collect();
    let rest = fraction.get(power..).filter(|rest| !rest.is_empty());
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    Some(format!("{sign}{whole}{point}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, unit: Option<&str>) -> Option<String> {
        let reading = read(text, unit)?;
        Some(format!("{}{}", reading.comparator.unwrap_or_default(), reading.number.as_str()))
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("0.62", "0.62"),
            (" 7.10 ", "7.10"),
            ("-1.5", "-1.5"),
            (">1000", ">1000"),
            ("< 0.01", "<0.01"),
            ("≤5", "<=5"),
            ("=>5", ">=5"),
            ("Less than 0.5", "<0.5"),
            ("1,50,000", "150000"),
            ("12,34,567.80", "1234567.80"),
            ("1,500", "1500"),
            ("150,000", "150000"),
            ("1,234,567", "1234567"),
            (">1,000", ">1000"),
            ("4.5 x10^3", "4500"),
            ("4.25 × 10³", "4250"),
            ("4.5x10*6", "4500000"),
            ("0.15 X 10^1", "1.5"),
            (".5", "0.5"),
        ] {
            assert_eq!(told(text, None).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn a_result_that_is_no_single_number_stays_text() {
        for text in [
            "",
            "-",
            "15-20",
            "1:160",
            "Trace",
            "Positive (+++)",
            "1,5",
            "15,00,0",
            "1,50,00",
            "007",
            "5.",
            "4.5 x10^99",
            "x10^3",
            "<",
            "1e3",
            "5 6",
            "1,234,56,789",
            "१२",
            "٣",
        ] {
            assert_eq!(told(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_unit_that_is_repeated_is_no_part_of_the_number() {
        assert_eq!(told("12.5 g/dl", Some("g/dL")).as_deref(), Some("12.5"));
        assert_eq!(told("<0.01 ng/mL", Some("ng/mL")).as_deref(), Some("<0.01"));
        assert_eq!(told("4.5 x10^3 /uL", Some("/uL")).as_deref(), Some("4500"));
        assert_eq!(told("12.5 g/dl", None), None);
        assert_eq!(told("4.5 x10^3", Some("10^3/uL")), None, "counted once or twice?");
        assert_eq!(told("%", Some("%")), None);
    }
}
