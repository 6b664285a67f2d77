//! What the words of a diagnosis say about themselves: `Dengue ruled out` is no dengue.

use super::normal;

/// How a term states what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It names it, nothing more.
    Plain,
    /// Somebody suspects it.
    Queried,
    /// It was looked for and is not there.
    Refuted,
    /// The patient had it.
    Past,
    /// Parts of the term say different things, or it denies something in words that are not known.
    Unclear,
}

const RULED_OUT: [&str; 3] = ["ruled out", "excluded", "refuted"];
/// What comes before `ruled out` when it is not.
const NOT_YET: [&str; 7] =
    ["not", "not yet", "to be", "yet to be", "cannot be", "can't be", "could not be"];
const QUERIED_START: [&str; 9] = [
    "?",
    "r/o ",
    "rule out ",
    "suspected ",
    "suspicion of ",
    "query ",
    "probable ",
    "possible ",
    "likely ",
];
const PAST_START: [&str; 7] = [
    "h/o ",
    "history of ",
    "past h/o ",
    "past history of ",
    "known h/o ",
    "old case of ",
    "status post ",
];
const DENIED_START: [&str; 7] =
    ["no ", "nil ", "not ", "denies ", "without ", "absence of ", "negative for "];
const DENIED_END: [&str; 4] = [" negative", " absent", " not seen", " not found"];
const SEPARATORS: [&str; 9] =
    [",", ";", "+", "&", " and ", " with ", " but ", " now ", " on background of "];

/// Reads a term.
pub(crate) fn of(term: &str) -> Claim {
    let term = normal(term);
    let starts = |words: &[&str]| words.iter().any(|word| term.starts_with(word));
    let claim = if let Some(before) = before_ruled_out(&term) {
        let is_open = NOT_YET.iter().any(|words| before == *words || ends_with(before, words));
        if is_open { Claim::Queried } else { Claim::Refuted }
    } else if starts(&QUERIED_START) || term.ends_with('?') || term.ends_with("(?)") {
        Claim::Queried
    } else if starts(&PAST_START) {
        Claim::Past
    } else if starts(&DENIED_START) || DENIED_END.iter().any(|words| term.ends_with(words)) {
        Claim::Unclear
    } else {
        return Claim::Plain;
    };
    let is_compound = SEPARATORS.iter().any(|separator| term.contains(separator));
    if is_compound { Claim::Unclear } else { claim }
}

/// Whether a complaint denies what it names: `Negative fever`.
pub(crate) fn is_denied(term: &str) -> bool {
    let term = normal(term);
    DENIED_START.iter().any(|word| term.starts_with(word)) || before_ruled_out(&term).is_some()
}

fn before_ruled_out(term: &str) -> Option<&str> {
    let place = RULED_OUT.iter().filter_map(|words| term.find(words)).min()?;
    Some(term[..place].trim_end().trim_end_matches([':', '-', '(']).trim_end())
}

fn ends_with(text: &str, words: &str) -> bool {
    text.strip_suffix(words).is_some_and(|rest| rest.ends_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_read_as_it_is_meant() {
        for (term, claim) in [
            ("Dengue fever", Claim::Plain),
            ("Normal pregnancy", Claim::Plain),
            ("Noma", Claim::Plain),
            ("Dengue ruled out", Claim::Refuted),
            ("DENGUE - Ruled Out", Claim::Refuted),
            ("Malaria excluded", Claim::Refuted),
            ("Dengue not ruled out", Claim::Queried),
            ("TB to be ruled out", Claim::Queried),
            ("R/O dengue", Claim::Queried),
            ("?Typhoid", Claim::Queried),
            ("Typhoid ?", Claim::Queried),
            ("Suspected TB", Claim::Queried),
            ("H/O TB", Claim::Past),
            ("History of  stroke", Claim::Past),
            ("No evidence of TB", Claim::Unclear),
            ("Malaria negative", Claim::Unclear),
            ("Viral fever, dengue ruled out", Claim::Unclear),
            ("H/O TB, now haemoptysis", Claim::Unclear),
        ] {
            assert_eq!(of(term), claim, "{term}");
        }
    }

    #[test]
    fn a_complaint_may_deny_what_it_names() {
        assert!(is_denied("No fever"));
        assert!(is_denied("Denies chest pain"));
        assert!(!is_denied("Fever"));
        assert!(!is_denied("H/O fever for 3 days"));
    }
}
