//! A name as words: titles dropped, abbreviations written out.

mod known;

use std::sync::LazyLock;

use super::script::{self, Script};
use super::sound::Sound;
use known::{COMMON, RELATIONS, TITLES, WRITTEN_OUT};

/// Longer names than this are cut: a stranger wrote them.
const WORD_COUNT_MAX: usize = 8;
const CHAR_COUNT_MAX: usize = 128;

static COMMON_SOUNDS: LazyLock<Vec<Sound>> =
    LazyLock::new(|| COMMON.iter().map(|common| Sound::of(common, Script::Latin)).collect());

/// One word of a name.
#[derive(Clone)]
pub(super) struct Word {
    latin: String,
    script: Script,
    sound: Sound,
    is_common: bool,
}

impl Word {
    fn new(latin: String, script: Script) -> Self {
        let sound = Sound::of(&latin, script);
        let is_common = COMMON_SOUNDS.iter().any(|common| sound.is_like(common));
        Self { latin, script, sound, is_common }
    }

    /// In small Latin letters; `*` is a vowel that the script implies, `?` one that it leaves out.
    pub(super) fn latin(&self) -> &str {
        &self.latin
    }

    pub(super) const fn sound(&self) -> &Sound {
        &self.sound
    }

    /// One letter that stands for a word.
    pub(super) fn is_initial(&self) -> bool {
        self.latin.len() == 1
    }

    /// The first letter, as far as spellings agree on it.
    pub(super) fn initial(&self) -> Option<char> {
        self.latin.chars().next().map(|first| match first {
            'w' => 'v',
            'z' => 'j',
            'q' | 'c' => 'k',
            'e' => 'i',
            'o' => 'u',
            'f' => 'p',
            first => first,
        })
    }

    /// Borne by so many that it tells nobody apart.
    pub(super) const fn is_common(&self) -> bool {
        self.is_common
    }
}

/// The words of a name.
pub(super) fn read(name: &str) -> Vec<Word> {
    let name: String = name.to_lowercase().chars().take(CHAR_COUNT_MAX).collect();
    let end = RELATIONS.iter().filter_map(|relation| name.find(relation)).min();
    let name = &name[..end.unwrap_or(name.len())];
    let mut latin: Vec<_> = name
        .split(|c: char| !script::is_part_of_word(c))
        .map(script::to_latin)
        .filter(|(latin, _)| !latin.is_empty())
        .collect();
    // "Kumari Asha Patil" is Miss Patil; in "Asha Kumari" it is part of the name.
    if latin.len() > 2 && matches!(latin[0].0.as_str(), "kumari" | "kumaari") {
        latin.remove(0);
    }
    if latin.iter().any(|(latin, _)| !is_title(latin)) {
        latin.retain(|(latin, _)| !is_title(latin));
    }
    latin.truncate(WORD_COUNT_MAX);
    latin.into_iter().map(|(latin, script)| Word::new(written_out(latin), script)).collect()
}

/// The words of a name with the `n`th joined to the one before it.
pub(super) fn joined(name: &[Word], n: usize) -> Vec<Word> {
    let mut joined = name.to_vec();
    let second = joined.remove(n);
    let first = &joined[n - 1];
    joined[n - 1] = Word::new(format!("{}{}", first.latin, second.latin), first.script);
    joined
}

fn is_title(latin: &str) -> bool {
    // The scripts tell long vowels from short ones; titles are compared without.
    let latin = latin.replace("aa", "a").replace("ii", "i").replace("oo", "o").replace('*', "");
    TITLES.contains(&latin.as_str())
}

fn written_out(latin: String) -> String {
    for (short, long) in WRITTEN_OUT {
        if latin == *short {
            return (*long).to_owned();
        }
    }
    // Gujarat adds brother and sister to a given name.
    for suffix in ["bhai", "bhaaii", "ben"] {
        if let Some(stem) = latin.strip_suffix(suffix)
            && stem.len() >= 3
        {
            return stem.trim_end_matches('*').to_owned();
        }
    }
    latin
}
