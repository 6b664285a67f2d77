//! Units of laboratories, normalised to UCUM.

/// Free text and the UCUM code it surely means. Anything else is sent as a unit without code:
/// `lakhs/cumm`, for one, is a hundred thousand in no terminology.
const UNITS: &[(&str, &str)] = &[
    ("g/dL", "g/dL"),
    ("mg/dL", "mg/dL"),
    ("mmol/L", "mmol/L"),
    ("U/L", "U/L"),
    ("IU/L", "[IU]/L"),
    ("mIU/L", "m[IU]/L"),
    ("cells/cumm", "/mm3"),
    ("/cumm", "/mm3"),
    ("%", "%"),
    ("mm/hr", "mm/h"),
    ("fL", "fL"),
    ("pg", "pg"),
    ("ng/mL", "ng/mL"),
    ("mEq/L", "meq/L"),
];

/// The UCUM code for a unit as laboratories write it, in any case.
pub(crate) fn ucum(unit: &str) -> Option<&'static str> {
    let unit = unit.trim();
    UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(unit)).map(|(_, code)| *code)
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
        assert_eq!(ucum("lakhs/cumm"), None);
    }
}
