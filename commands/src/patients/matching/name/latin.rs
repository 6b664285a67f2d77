//! A name in Latin letters, as Indians usually spell it: for the gateway, which takes no others, and
//! compares it with the name that the ABHA was made with.
//!
//! Nine Indic scripts are read by rules: their vowels that are written and not said are left out, long
//! vowels are folded, and what every language spells in its own way is. Urdu does not write its short
//! vowels, so no rule can tell them: common names are listed, and any other word is a guess.

mod known;
mod sounds;
mod spelling;
mod tamil;
mod urdu;
mod vowels;

use sounds::Writing;
use unicode_normalization::UnicodeNormalization;

use super::script::{Script, is_part_of_word, to_latin};

/// A name in Latin letters. A word that is in Latin letters stays as it is, but for accents.
pub fn in_latin(name: &str) -> String {
    let name: String = name.nfc().collect();
    let words = name.split_whitespace().map(|word| {
        let letters: String = word.chars().filter(|c| is_part_of_word(*c)).collect();
        if let Some(writing) = Writing::of(&letters) {
            return capitalised(&indic(&letters, writing));
        }
        let (latin, script) = to_latin(&letters.to_lowercase());
        match script {
            Script::Latin => deunicode::deunicode(word),
            Script::Urdu | Script::Indic | Script::Eastern | Script::Tamil => {
                capitalised(&urdu::spell(&letters, &latin))
            }
        }
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether every letter of a name is a Latin one.
pub fn is_latin(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some()
        && letters.all(|c| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c))
}

fn indic(word: &str, writing: Writing) -> String {
    let mut sounds = sounds::read(word, writing);
    vowels::leave_out_unspoken(&mut sounds, writing);
    let text = match writing {
        Writing::Tamil => tamil::usual(&spelling::spell(&tamil::voiced(&sounds), writing)),
        Writing::Devanagari
        | Writing::Bengali
        | Writing::Gurmukhi
        | Writing::Gujarati
        | Writing::Odia
        | Writing::Telugu
        | Writing::Kannada
        | Writing::Malayalam => spelling::spell(&sounds, writing),
    };
    known::usual(text)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
