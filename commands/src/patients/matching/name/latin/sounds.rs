//! A word of an Indic script as the sounds that it writes, the implied vowels among them.

use super::super::script::indic::{self, Letter};

/// One of the scripts. Unicode gives each a block of 128 places, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Devanagari,
    Bengali,
    Gurmukhi,
    Gujarati,
    Odia,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
}

impl Writing {
    const ALL: [Self; 9] = [
        Self::Devanagari,
        Self::Bengali,
        Self::Gurmukhi,
        Self::Gujarati,
        Self::Odia,
        Self::Tamil,
        Self::Telugu,
        Self::Kannada,
        Self::Malayalam,
    ];

    /// The script of a word: that of its first letter that has one.
    pub(super) fn of(word: &str) -> Option<Self> {
        word.chars().find_map(|c| Self::ALL.get(indic::block(c)?).copied())
    }

    /// Whether the language leaves implied vowels inside a word unspoken.
    pub(super) const fn drops_inner_vowels(self) -> bool {
        matches!(self, Self::Devanagari | Self::Gurmukhi | Self::Gujarati)
    }

    /// Whether it leaves an implied vowel at the end unspoken.
    pub(super) const fn drops_last_vowel(self) -> bool {
        self.drops_inner_vowels() || matches!(self, Self::Bengali | Self::Odia)
    }

    /// Whether `th` is written for a dental t, to tell it from the other.
    pub(super) const fn is_southern(self) -> bool {
        matches!(self, Self::Tamil | Self::Telugu | Self::Kannada | Self::Malayalam)
    }
}

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    Consonant {
        text: &'static str,
        /// Its place in the block of its script: some letters are written alike.
        offset: u32,
    },
    Vowel(&'static str),
    /// The vowel that a consonant carries with it unless told otherwise.
    Implied,
    /// Said through the nose; how it is written depends on what follows.
    Nasal,
    /// The next consonant is doubled.
    Doubled,
}

impl Sound {
    pub(super) const fn is_vowel(self) -> bool {
        matches!(self, Self::Vowel(_) | Self::Implied)
    }

    pub(super) const fn consonant(self) -> Option<&'static str> {
        match self {
            Self::Consonant { text, .. } => Some(text),
            Self::Vowel(_) | Self::Implied | Self::Nasal | Self::Doubled => None,
        }
    }
}

/// The dental t, which southerners write with an h.
pub(super) const DENTAL_T: u32 = 0x24;
/// What follows ज in ज्ञ.
const PALATAL_N: u32 = 0x1e;
/// The Bengali and Odia letter that is said as j at the start of a word.
const YA: u32 = 0x2f;
const SIGNS_OF_NASALS: [u32; 2] = [0x01, 0x02];

/// Reads a word.
pub(super) fn read(word: &str, writing: Writing) -> Vec<Sound> {
    let mut sounds: Vec<Sound> = Vec::new();
    let mut is_joined = false;
    let mut chars = word.chars().filter(|c| indic::block(*c).is_some()).peekable();
    while let Some(c) = chars.next() {
        let offset = indic::offset(c);
        let was_joined = std::mem::take(&mut is_joined);
        if offset == indic::ADDAK && writing == Writing::Gurmukhi {
            sounds.push(Sound::Doubled);
            continue;
        }
        if SIGNS_OF_NASALS.contains(&offset) || (offset == 0x70 && writing == Writing::Gurmukhi) {
            sounds.push(Sound::Nasal);
            continue;
        }
        match indic::letter(c) {
            Letter::Consonant(plain) => {
                let is_dotted =
                    chars.next_if(|next| indic::offset(*next) == indic::NUKTA).is_some();
                let text = consonant(plain, offset, is_dotted, sounds.is_empty(), writing);
                if offset == PALATAL_N && was_joined && ends_with_j(&sounds) {
                    sounds.pop();
                    sounds.extend(gya(writing));
                } else {
                    sounds.push(Sound::Consonant { text, offset });
                }
                match chars.peek().map(|next| (indic::offset(*next), indic::letter(*next))) {
                    Some((indic::VIRAMA, _)) => {
                        chars.next();
                        is_joined = true;
                    }
                    Some((_, Letter::Sign(_))) => {}
                    _ => sounds.push(Sound::Implied),
                }
            }
            Letter::Vowel(text) | Letter::Sign(text) => sounds.push(Sound::Vowel(text)),
            Letter::Tail("h") | Letter::None => {}
            Letter::Tail(text) => {
                // A letter that never carries a vowel.
                sounds.push(Sound::Consonant { text, offset: 0 });
            }
        }
    }
    sounds
}

fn ends_with_j(sounds: &[Sound]) -> bool {
    sounds.last().and_then(|sound| sound.consonant()) == Some("j")
}

/// ज्ञ is said gy in most of the north, gn in the west and south.
fn gya(writing: Writing) -> [Sound; 2] {
    let second = match writing {
        Writing::Gujarati | Writing::Telugu | Writing::Kannada | Writing::Malayalam => "n",
        Writing::Devanagari
        | Writing::Bengali
        | Writing::Gurmukhi
        | Writing::Odia
        | Writing::Tamil => "y",
    };
    ["g", second].map(|text| Sound::Consonant { text, offset: 0 })
}

fn consonant(
    plain: &'static str,
    offset: u32,
    is_dotted: bool,
    is_first: bool,
    writing: Writing,
) -> &'static str {
    let is_eastern = matches!(writing, Writing::Bengali | Writing::Odia);
    match (offset, plain) {
        (YA, _) if writing == Writing::Bengali && is_dotted => "y",
        (YA, _) if is_eastern && is_first => "j",
        (0x5b, _) => "z",
        (0x58, _) => "q",
        (_, "j") if is_dotted => "z",
        (_, "k") if is_dotted => "q",
        (_, "s") if is_dotted => "sh",
        (_, "d") if is_dotted => "r",
        (_, "dh") if is_dotted => "rh",
        (_, "ph") => "f",
        (0x1d, _) if writing == Writing::Gujarati => "z",
        (0x34, _) if writing.is_southern() => "zh",
        (0x33, _) => "l",
        _ => plain,
    }
}
