//! Words of any script in small Latin letters.

pub(super) mod indic;
mod urdu;

/// The script of a word, as far as it matters for what its letters can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Latin, or anything that is written in it letter by letter.
    Latin,
    /// Scripts that write every sound: Devanagari, Gujarati, Gurmukhi, Telugu, Kannada, Malayalam.
    Indic,
    /// Bengali and Odia: one letter for b and v, one for y and j.
    Eastern,
    /// Tamil: one letter for k, g and h, for t and d, for p and b, for s, ch and j.
    Tamil,
    /// Urdu: short vowels are not written.
    Urdu,
}

/// Letters, and the marks that Indic scripts hang on them; joiners hold letters together.
pub(super) fn is_part_of_word(c: char) -> bool {
    c.is_alphabetic()
        || indic::is_mark(c)
        || urdu::is_mark(c)
        || matches!(c, '\u{200c}' | '\u{200d}')
}

/// A word in Latin letters, and the script it came from. `*` stands for a vowel that an Indic script
/// implies, `?` for a place where Urdu may have left one out.
pub(super) fn to_latin(word: &str) -> (String, Script) {
    if let Some(script) = word.chars().find_map(indic::script_of) {
        return (indic::to_latin(word), script);
    }
    if word.chars().any(urdu::is_letter) {
        return (urdu::to_latin(word), Script::Urdu);
    }
    let latin = deunicode::deunicode(word).to_ascii_lowercase();
    (latin.chars().filter(char::is_ascii_alphabetic).collect(), Script::Latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_written_in_latin_letters() {
        for (word, latin, script) in [
            ("रमेश", "r*mesh", Script::Indic),
            ("लक्ष्मी", "l*kshmii", Script::Indic),
            ("কুমার", "kumaar", Script::Eastern),
            ("ସୁବ୍ରତ", "subr*t", Script::Eastern),
            ("ரமேஷ்", "r*mesh", Script::Tamil),
            ("రావు", "raavu", Script::Indic),
            ("ಲಕ್ಷ್ಮೀ", "l*kshmii", Script::Indic),
            ("നായർ", "naay*r", Script::Indic),
            ("પટેલ", "p*tel", Script::Indic),
            ("ਸਿੰਘ", "singh", Script::Indic),
            ("ज्ञानेश्वर", "gyaaneshv*r", Script::Indic),
            ("ज़ाकिर", "jaakir", Script::Indic),
            ("محمد", "m?h?m?d", Script::Urdu),
            ("فاطمہ", "fat?ma", Script::Urdu),
            ("شاہ", "shah", Script::Urdu),
            ("खाँ", "khaan", Script::Indic),
            ("José", "jose", Script::Latin),
        ] {
            let (found, of) = to_latin(&word.to_lowercase());
            assert_eq!((found.as_str(), of), (latin, script), "{word}");
        }
    }
}
