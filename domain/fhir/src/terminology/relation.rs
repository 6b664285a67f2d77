//! Relatives, in HL7 v3 `RoleCode`.

use super::normal;

const RELATIONS: &[(&str, &str, &str)] = &[
    ("father", "FTH", "father"),
    ("mother", "MTH", "mother"),
    ("brother", "BRO", "brother"),
    ("sister", "SIS", "sister"),
    ("son", "SON", "natural son"),
    ("daughter", "DAU", "natural daughter"),
    ("grandfather", "GRFTH", "grandfather"),
    ("grand father", "GRFTH", "grandfather"),
    ("grandmother", "GRMTH", "grandmother"),
    ("grand mother", "GRMTH", "grandmother"),
];

/// Code and display for a word such as `Father`; other relatives are sent as text.
pub(crate) fn of(word: &str) -> Option<(&'static str, &'static str)> {
    let word = normal(word);
    RELATIONS.iter().find(|(known, ..)| *known == word).map(|(_, code, display)| (*code, *display))
}
