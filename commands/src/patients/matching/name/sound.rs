//! How a word sounds: its consonants, and the vowels between them.
//!
//! Indian names have no one spelling in Latin letters: Meera and Mira, Laxmi and Lakshmi, Vivek and
//! Wivek are the same names. But Asha and Usha, Rajesh and Rakesh, Rani and Rina are not, and in a
//! family both are alive. So the consonants must be the same, and vowels may only differ as spellings
//! do, the less so the shorter the word is.

mod spelling;
mod vowel;

use super::script::Script;

/// How a word sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sound {
    /// Without aspiration and doubling.
    consonants: Vec<char>,
    /// Before the first consonant, between two, and after the last: one more than consonants.
    vowels: Vec<String>,
    script: Script,
}

impl Sound {
    pub(super) fn of(latin: &str, script: Script) -> Self {
        let mut consonants = Vec::new();
        let mut vowels = vec![String::new()];
        for letter in spelling::simplified(latin).chars() {
            let gap = vowels.last_mut().expect("there is one from the start");
            if vowel::is_vowel(letter) {
                gap.push(letter);
            } else if !gap.is_empty() || consonants.last() != Some(&letter) {
                consonants.push(letter);
                vowels.push(String::new());
            }
        }
        let mut sound = Self { consonants, vowels, script };
        sound.drop_silent_end();
        sound
    }

    /// A final a is often not spoken (Ashok, Ashoka), nor a final h (Fatima, Fatimah).
    fn drop_silent_end(&mut self) {
        let is_quiet = |vowels: &[String]| vowels.last().is_some_and(String::is_empty);
        if self.consonants.len() > 1
            && self.consonants.last() == Some(&'h')
            && is_quiet(&self.vowels)
        {
            self.consonants.pop();
            self.vowels.pop();
        }
        if let Some(last) = self.vowels.last_mut()
            && last == "a"
            && !self.consonants.is_empty()
        {
            last.clear();
        }
    }

    /// Whether two spellings may be of the same word.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let scripts = [self.script, other.script];
        let folded =
            |consonants: &[char]| consonants.iter().map(|c| fold(*c, scripts)).collect::<Vec<_>>();
        if self.consonants.is_empty() || folded(&self.consonants) != folded(&other.consonants) {
            return false;
        }
        let last = self.consonants.len();
        self.vowels.iter().zip(&other.vowels).enumerate().all(|(place, (one, other))| {
            let place = match place {
                0 => vowel::Place::First,
                place if place == last => vowel::Place::Last,
                _ => vowel::Place::Between,
            };
            vowel::may_be_one(one, other, place, last, scripts)
        })
    }
}

/// Consonants that a script does not tell apart are one, on both sides.
fn fold(consonant: char, scripts: [Script; 2]) -> char {
    if scripts.contains(&Script::Tamil) {
        return match consonant {
            'g' | 'h' => 'k',
            'd' => 't',
            'b' | 'f' => 'p',
            'j' | 's' => 'c',
            other => other,
        };
    }
    if scripts.contains(&Script::Eastern) {
        return match consonant {
            'v' => 'b',
            'y' => 'j',
            other => other,
        };
    }
    consonant
}
