//! Nine Indic scripts. Unicode lays them out alike, 128 places each, so one table serves them all.
//!
//! A general transliterator will not do: it leaves out the vowels that the scripts imply, and writes
//! च and क with the same letter.

use super::Script;

const FIRST: u32 = 0x0900;
const LAST: u32 = 0x0d7f;
const BLOCK: u32 = 0x80;

/// Which of the nine blocks a character lies in.
pub(in crate::patients::matching::name) fn block(c: char) -> Option<usize> {
    let place = u32::from(c);
    (FIRST..=LAST).contains(&place).then(|| ((place - FIRST) / BLOCK) as usize)
}

/// The script that a character belongs to.
pub(super) fn script_of(c: char) -> Option<Script> {
    Some(match block(c)? {
        1 | 4 => Script::Eastern,
        5 => Script::Tamil,
        _ => Script::Indic,
    })
}

/// Vowel signs and the like, which are no letters of their own.
pub(super) fn is_mark(c: char) -> bool {
    script_of(c).is_some_and(|_| {
        !matches!(letter(c), Letter::None) || matches!(offset(c), VIRAMA | NUKTA | ADDAK)
    })
}

/// The place of a character in the block of its script.
pub(in crate::patients::matching::name) const fn offset(c: char) -> u32 {
    (c as u32 - FIRST) % BLOCK
}

/// A dot below.
pub(in crate::patients::matching::name) const NUKTA: u32 = 0x3c;
/// What takes the implied vowel away.
pub(in crate::patients::matching::name) const VIRAMA: u32 = 0x4d;
/// Gurmukhi's mark of a doubled consonant.
pub(in crate::patients::matching::name) const ADDAK: u32 = 0x71;

#[derive(Clone, Copy)]
pub(in crate::patients::matching::name) enum Letter {
    /// Carries a vowel with it unless told otherwise.
    Consonant(&'static str),
    /// A vowel that stands alone.
    Vowel(&'static str),
    /// A vowel that takes the place of the implied one.
    Sign(&'static str),
    /// A sound after the vowel.
    Tail(&'static str),
    /// Nothing that a name has.
    None,
}

/// Writes a word of one of the scripts in Latin letters. The implied vowel is `*` between consonants
/// and nothing at the end, where most of these languages do not speak it.
pub(super) fn to_latin(word: &str) -> String {
    let mut latin = String::new();
    let mut chars = word.chars().filter(|c| script_of(*c).is_some()).peekable();
    while let Some(c) = chars.next() {
        let letter = match (letter(c), chars.peek().map(|next| offset(*next))) {
            // A dot below makes another consonant of it.
            (Letter::Consonant(plain), Some(NUKTA)) => {
                chars.next();
                Letter::Consonant(dotted(plain))
            }
            (letter, _) => letter,
        };
        match letter {
            Letter::Consonant(sound) => {
                // ज्ञ is spoken gy.
                if offset(c) == 0x1e && latin.ends_with('j') {
                    latin.pop();
                    latin.push_str("gy");
                } else {
                    latin.push_str(sound);
                }
                match chars.peek().map(|next| (offset(*next), self::letter(*next))) {
                    Some((VIRAMA, _)) => {
                        chars.next();
                    }
                    Some((_, Letter::Consonant(_) | Letter::Tail(_) | Letter::Vowel(_))) => {
                        latin.push('*');
                    }
                    Some((_, Letter::Sign(_) | Letter::None)) | None => {}
                }
            }
            Letter::Vowel(sound) | Letter::Sign(sound) | Letter::Tail(sound) => {
                latin.push_str(sound);
            }
            Letter::None => {}
        }
    }
    latin
}

fn dotted(plain: &'static str) -> &'static str {
    match plain {
        "d" => "r",
        "dh" => "rh",
        "ph" => "f",
        plain => plain,
    }
}

/// What a character of one of the scripts writes.
pub(in crate::patients::matching::name) fn letter(c: char) -> Letter {
    use Letter::{Consonant, Sign, Tail, Vowel};
    // Places that one script uses in its own way, then those that all of them share.
    match u32::from(c) {
        0x09ce => return Tail("t"),
        0x09f0 => return Consonant("r"),
        0x09f1 => return Consonant("v"),
        0x0a70 | 0x0d7a | 0x0d7b => return Tail("n"),
        0x0d7c => return Tail("r"),
        0x0d7d | 0x0d7e => return Tail("l"),
        0x0d7f => return Tail("k"),
        _ => {}
    }
    match offset(c) {
        0x01 | 0x02 => Tail("n"),
        0x03 => Tail("h"),
        0x05 => Vowel("a"),
        0x06 => Vowel("aa"),
        0x07 => Vowel("i"),
        0x08 => Vowel("ii"),
        0x09 => Vowel("u"),
        0x0a => Vowel("uu"),
        0x0b => Vowel("ri"),
        0x0d..=0x0f => Vowel("e"),
        0x10 => Vowel("ai"),
        0x11..=0x13 => Vowel("o"),
        0x14 => Vowel("au"),
        at @ 0x15..=0x39 => Consonant(CONSONANTS[(at - 0x15) as usize]),
        0x3e => Sign("aa"),
        0x3f => Sign("i"),
        0x40 => Sign("ii"),
        0x41 => Sign("u"),
        0x42 => Sign("uu"),
        0x43 | 0x44 => Sign("ri"),
        0x45..=0x47 => Sign("e"),
        0x48 => Sign("ai"),
        0x49..=0x4b => Sign("o"),
        0x4c => Sign("au"),
        at @ 0x58..=0x5f => Consonant(DOTTED[(at - 0x58) as usize]),
        _ => Letter::None,
    }
}

const CONSONANTS: [&str; 37] = [
    "k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th",
    "d", "dh", "n", "n", "p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "l", "v", "sh", "sh",
    "s", "h",
];

const DOTTED: [&str; 8] = ["k", "kh", "g", "j", "r", "rh", "f", "y"];
