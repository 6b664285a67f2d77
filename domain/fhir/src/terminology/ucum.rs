//! Codes of UCUM: whether one follows its grammar, and whether two are the same unit.

/// Longer codes are refused unread. The longest in use have about thirty bytes.
const BYTES_MAX: usize = 256;

/// What laboratories and wards write most. Reading a code takes longer than finding it here.
const COMMON: [&str; 64] = [
    "%", "/[HPF]", "/[LPF]", "/min", "/uL", "1", "10*12/L", "10*3/uL", "10*6/uL", "10*9/L", "Cel",
    "L", "L/min", "[IU]", "[IU]/L", "[IU]/mL", "[degF]", "[in_i]", "[lb_av]", "[pH]", "a", "cm",
    "d", "dL", "eq/L", "fL", "g", "g/L", "g/dL", "g/mL", "h", "kPa", "kU/L", "kcal", "kg", "kg/m2",
    "m", "m/s", "m2", "mL", "mL/h", "mL/min", "m[IU]/L", "m[IU]/mL", "meq/L", "mg", "mg/L",
    "mg/dL", "mg/kg", "min", "mm", "mm/h", "mm[Hg]", "mmol/L", "mo", "ng/mL", "nmol/L", "pg",
    "pg/mL", "s", "ug", "umol/L", "wk", "{score}",
];

/// Whether UCUM reads the code as a unit.
pub(crate) fn is_unit(code: &str) -> bool {
    COMMON.binary_search(&code).is_ok()
        || (code.len() <= BYTES_MAX && octofhir_ucum::validate(code).is_ok())
}

/// Whether two codes are the same unit: `g/L` and `mg/mL` are.
pub(crate) fn is_same_unit(one: &str, other: &str) -> bool {
    spelled(one) == spelled(other)
        || octofhir_ucum::validate_canonical_units(one, other).unwrap_or(false)
}

/// Both ways to write a litre are one. So are U and IU: laboratories use either word for the
/// activity of an enzyme. Arbitrary units have no dimension by which they could be compared.
fn spelled(code: &str) -> String {
    code.replace("[IU]", "U").replace("[iU]", "U").replace('l', "L")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_units_are_sorted_and_read_by_the_grammar_too() {
        assert!(COMMON.is_sorted());
        for code in COMMON {
            assert!(octofhir_ucum::validate(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn only_what_the_grammar_reads_is_a_unit() {
        for unit in ["{beats}/min", "mL/min/{1.73_m2}", "10^3/uL", "kg.m-2", "[drp]", "%{oxygen}"] {
            assert!(is_unit(unit), "{unit}");
        }
        let deep = "(".repeat(100_000);
        for other in [
            "",
            "mmHg",
            "tablet",
            "mIU/mL",
            "mg/dL ",
            "ratio",
            "sec",
            "Mg/Dl x",
            "beats/min",
            "degC",
            "µg",
            "mg/",
            "g.",
            "//",
            &deep,
        ] {
            assert!(!is_unit(other), "{}", other.len());
        }
    }
}
