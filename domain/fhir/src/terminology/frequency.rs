//! How often a medicine is taken.

use super::normal;

/// What a frequency word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frequency {
    /// `times` in every `period` of `unit` (UCUM), perhaps at a certain moment of the day.
    Every {
        times: u32,
        period: u32,
        unit: &'static str,
        when: Option<&'static str>,
    },
    AsNeeded,
}

const fn every(times: u32, period: u32, unit: &'static str) -> Frequency {
    Frequency::Every { times, period, unit, when: None }
}

/// Typical master data; a deployment may use other words. Those are sent as text only.
const WORDS: &[(&str, Frequency)] = &[
    ("once daily(od)", every(1, 1, "d")),
    ("od", every(1, 1, "d")),
    ("twice daily(bd)", every(2, 1, "d")),
    ("bd", every(2, 1, "d")),
    ("bid", every(2, 1, "d")),
    ("thrice daily(tds)", every(3, 1, "d")),
    ("tds", every(3, 1, "d")),
    ("tid", every(3, 1, "d")),
    ("four times in a day(qid)", every(4, 1, "d")),
    ("qid", every(4, 1, "d")),
    ("at bed time(hs)", AT_BEDTIME),
    ("hs", AT_BEDTIME),
    ("once a week(ow)", every(1, 1, "wk")),
    ("alternate day", every(1, 2, "d")),
    ("sos", Frequency::AsNeeded),
    ("as needed", Frequency::AsNeeded),
];

const AT_BEDTIME: Frequency = Frequency::Every { times: 1, period: 1, unit: "d", when: Some("HS") };

/// Reads a frequency word; none for a word outside the table.
pub(crate) fn of(word: &str) -> Option<Frequency> {
    let word = normal(word);
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, frequency)| *frequency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_in_any_case_and_with_a_blank_before_its_bracket() {
        assert_eq!(of("THRICE DAILY (TDS)"), Some(every(3, 1, "d")));
        assert_eq!(of("bd"), Some(every(2, 1, "d")));
        assert_eq!(of("At Bed Time(HS)"), Some(AT_BEDTIME));
        assert_eq!(of("SOS"), Some(Frequency::AsNeeded));
        assert_eq!(of("Twice a day with meals"), None);
    }
}
