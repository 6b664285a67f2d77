//! How a medicine gets into the body, in SNOMED CT.

use super::normal;

const ROUTES: &[(&str, &str, &str)] = &[
    ("oral", "26643006", "Oral route"),
    ("intravenous", "47625008", "Intravenous route"),
    ("intramuscular", "78421000", "Intramuscular route"),
    ("subcutaneous", "34206005", "Subcutaneous route"),
    ("topical", "6064005", "Topical route"),
    ("inhalation", "447694001", "Respiratory tract route"),
    ("ophthalmic", "54485002", "Ophthalmic route"),
    ("otic", "10547007", "Otic route"),
    ("nasal", "46713006", "Nasal route"),
    ("rectal", "37161004", "Rectal route"),
    ("vaginal", "16857009", "Vaginal route"),
];

/// Code and display for a word such as `Oral`.
pub(crate) fn of(word: &str) -> Option<(&'static str, &'static str)> {
    let word = normal(word);
    ROUTES.iter().find(|(known, ..)| *known == word).map(|(_, code, display)| (*code, *display))
}

/// The display of a code that came without a term.
pub(crate) fn display(code: &str) -> Option<&'static str> {
    ROUTES.iter().find(|(_, known, _)| *known == code).map(|(.., display)| *display)
}
