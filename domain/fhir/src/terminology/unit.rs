//! Units of laboratories, and their codes in UCUM.

use super::ucum::{is_same_unit, is_unit};

/// Free text and the UCUM code it surely means. Anything else is sent as a unit without code:
/// `lakhs/cumm`, for one, is a hundred thousand in no terminology.
const UNITS: &[(&str, &str)] = &[
    ("g/dL", "g/dL"),
    ("g/L", "g/L"),
    ("mg/dL", "mg/dL"),
    ("mg/L", "mg/L"),
    ("ug/dL", "ug/dL"),
    ("mcg/dL", "ug/dL"),
    ("ug/L", "ug/L"),
    ("mcg/L", "ug/L"),
    ("ng/mL", "ng/mL"),
    ("ng/dL", "ng/dL"),
    ("ng/L", "ng/L"),
    ("pg/mL", "pg/mL"),
    ("mmol/L", "mmol/L"),
    ("umol/L", "umol/L"),
    ("nmol/L", "nmol/L"),
    ("pmol/L", "pmol/L"),
    ("mEq/L", "meq/L"),
    ("U/L", "U/L"),
    ("U/mL", "U/mL"),
    ("IU/L", "[IU]/L"),
    ("IU/mL", "[IU]/mL"),
    ("mIU/L", "m[IU]/L"),
    ("mIU/mL", "m[IU]/mL"),
    ("uIU/mL", "u[IU]/mL"),
    ("cells/cumm", "/mm3"),
    ("/cumm", "/mm3"),
    ("cells/mm3", "/mm3"),
    ("/mm3", "/mm3"),
    ("cells/uL", "/uL"),
    ("/uL", "/uL"),
    ("10^3/uL", "10*3/uL"),
    ("x10^3/uL", "10*3/uL"),
    ("10^6/uL", "10*6/uL"),
    ("x10^6/uL", "10*6/uL"),
    ("10^9/L", "10*9/L"),
    ("x10^9/L", "10*9/L"),
    ("%", "%"),
    ("mmHg", "mm[Hg]"),
    ("mm of Hg", "mm[Hg]"),
    ("mm/hr", "mm/h"),
    ("mL/min", "mL/min"),
    ("fL", "fL"),
    ("pg", "pg"),
    ("beats/min", "/min"),
    ("/min", "/min"),
];

/// The UCUM code for a unit as laboratories write it, in any case.
pub(crate) fn ucum(unit: &str) -> Option<&'static str> {
    let unit = micro(unit.trim());
    UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&unit)).map(|(_, code)| *code)
}

/// Whether the unit in words says something else than `code`, an expression of UCUM.
///
/// Words that are neither in the table nor UCUM say nothing that could be compared.
pub(crate) fn contradicts(words: &str, code: &str) -> bool {
    let words = micro(words.trim());
    let known = ucum(&words).or_else(|| is_unit(&words).then_some(&*words));
    known.is_some_and(|known| !is_same_unit(known, code))
}

/// Both signs for a millionth, as `u`.
fn micro(unit: &str) -> String {
    unit.replace(['µ', 'μ'], "u")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_units_with_one_meaning_get_a_code() {
        assert_eq!(ucum("gm/dl"), None);
        assert_eq!(ucum("G/DL"), Some("g/dL"));
        assert_eq!(ucum("IU/L"), Some("[IU]/L"));
        assert_eq!(ucum("fl"), Some("fL"));
        assert_eq!(ucum("µg/dL"), Some("ug/dL"));
        assert_eq!(ucum("mmHg"), Some("mm[Hg]"));
        assert_eq!(ucum("lakhs/cumm"), None);
    }

    #[test]
    fn every_code_of_the_tables_is_ucum() {
        for (unit, code) in UNITS {
            assert!(is_unit(code), "{unit}");
            assert!(!contradicts(unit, code), "{unit}");
        }
    }

    #[test]
    fn words_and_code_must_say_the_same() {
        for (words, code) in [
            ("mg/dl", "mg/dL"),
            ("mg/dL", "mg/dl"),
            ("IU/L", "[iU]/L"),
            ("IU/L", "U/L"),
            ("cells/cumm", "/uL"),
            ("gm%", "g/dL"),
            ("g/L", "mg/mL"),
        ] {
            assert!(!contradicts(words, code), "{words} {code}");
        }
        for (words, code) in
            [("mg/dL", "mmol/L"), ("mg/dL", "g/L"), ("Mg", "mg"), ("ug/L", "mg/L"), ("%", "g/dL")]
        {
            assert!(contradicts(words, code), "{words} {code}");
        }
    }
}
