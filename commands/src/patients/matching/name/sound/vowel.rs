//! Vowels that may be one in two spellings.

use crate::patients::matching::name::script::Script;

/// Where in a word vowels stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first consonant: Asha and Usha are two people.
    First,
    /// Between two consonants.
    Between,
    /// After the last one: Kumar and Kumari are two people.
    Last,
}

/// Latin vowels, one that an Indic script implies (`*`), one that Urdu may have left out (`?`).
pub(super) const fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | '*' | '?')
}

/// Whether two spellings of what stands at one place may be of one sound. `consonant_count` is that of
/// the word: the shorter it is, the more its vowels say.
pub(super) fn may_be_one(
    one: &str,
    other: &str,
    place: Place,
    consonant_count: usize,
    scripts: [Script; 2],
) -> bool {
    let (one, other) = (class(one), class(other));
    if one == other {
        return true;
    }
    // In one order, so that each pair is named once.
    let pair = if one < other { (one, other) } else { (other, one) };
    let allowed = match place {
        Place::First => at_the_start(pair, consonant_count),
        Place::Between => between(pair, consonant_count),
        Place::Last => at_the_end(pair),
    };
    allowed || is_script_made(pair, place, scripts)
}

/// The spellings of one vowel are one class.
fn class(written: &str) -> &str {
    match written {
        "ai" | "ei" | "*i" => "ai",
        "au" | "ou" | "*u" => "au",
        "a*" | "*a" => "a",
        written => written,
    }
}

fn at_the_start(pair: (&str, &str), consonant_count: usize) -> bool {
    matches!(pair, ("?", _) | ("e", "i")) || (pair == ("o", "u") && consonant_count > 1)
}

fn between(pair: (&str, &str), consonant_count: usize) -> bool {
    let implied = matches!(pair, ("" | "*", "a" | "e") | ("", "*") | ("*", "o"));
    let left_out =
        matches!(pair, ("" | "*", "?") | ("?", "a" | "e" | "i" | "o" | "u" | "ai" | "au"));
    let same_sound = matches!(pair, ("ai", "e") | ("au", "o") | ("e", "i"));
    let least = match pair {
        ("a", "e") | ("o", "u") => 3,
        ("a", "u") => 4,
        _ => usize::MAX,
    };
    implied || left_out || same_sound || consonant_count >= least
}

fn at_the_end(pair: (&str, &str)) -> bool {
    matches!(pair, ("" | "ai", "e") | ("e", "i") | ("o", "u"))
}

/// Tamil sets vowels between consonants that it cannot write together; Urdu writes i and e, o and u
/// with one letter.
fn is_script_made(pair: (&str, &str), place: Place, scripts: [Script; 2]) -> bool {
    let tamil = scripts.contains(&Script::Tamil);
    let urdu = scripts.contains(&Script::Urdu);
    let set_between = tamil && place == Place::Between && matches!(pair, ("", "i" | "u"));
    let one_letter = urdu && matches!(pair, ("ai", "i") | ("au" | "o", "u"));
    set_between || one_letter
}
