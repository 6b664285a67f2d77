//! How long a medicine is taken.

use super::normal;

/// Unit words without their plural ending, and the UCUM code.
const UNITS: &[(&str, &str)] = &[("day", "d"), ("week", "wk"), ("month", "mo"), ("year", "a")];

/// A length of time, when number and unit both are what they seem.
pub(crate) fn of(number: &str, unit: &str) -> Option<(i64, &'static str)> {
    let number: u16 = number.trim().parse().ok().filter(|number| *number > 0)?;
    let unit = normal(unit);
    let unit = unit.strip_suffix("(s)").or_else(|| unit.strip_suffix('s')).unwrap_or(&unit);
    let (_, code) = UNITS.iter().find(|(known, _)| *known == unit)?;
    Some((number.into(), code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_ucum() {
        assert!(UNITS.iter().all(|(_, code)| crate::terminology::ucum::is_unit(code)));
    }

    #[test]
    fn a_length_needs_a_whole_number_and_a_known_unit() {
        assert_eq!(of("3", "Day(s)"), Some((3, "d")));
        assert_eq!(of("1", "month"), Some((1, "mo")));
        assert_eq!(of(" 2 ", "Weeks"), Some((2, "wk")));
        assert_eq!(of("1-2", "Week(s)"), None);
        assert_eq!(of("0", "Day(s)"), None);
        assert_eq!(of("3", "course"), None);
    }
}
