//! Similarity of two Indian names in any script and spelling.
//!
//! Both names are split into words without titles ([`words`]). Each word is transliterated to Latin letters
//! ([`script`]) and reduced to its sound ([`sound`]). Every word of the shorter name needs a partner in the longer
//! one, in any order. The score is that of the weakest pair: in a family the surname is always equal, so an average
//! would match brothers.

mod latin;
mod script;
mod sound;
mod words;

pub use latin::{in_latin, is_latin};

use words::Word;

/// Highest score for words that are spelled similarly but sound different, like Rakesh and Rajesh. It is below
/// the default threshold.
const OTHER_PERSON_MAX: u8 = 80;

/// Score of an initial and a word that starts with it.
const INITIAL: u8 = 88;

/// The similarity, from 0 (nothing in common) to 100 (the same words).
pub fn score(one: &str, other: &str) -> u8 {
    let (one, other) = (words::read(one), words::read(other));
    let as_written = of_words(&one, &other);
    if as_written > OTHER_PERSON_MAX {
        return as_written;
    }
    // "Ram Kumar" and "Ramkumar": two adjacent words may be one word in the other name.
    let joined =
        |name: &[Word]| (1..name.len()).map(|n| words::joined(name, n)).collect::<Vec<_>>();
    let of_one = joined(&one).into_iter().map(|joined| of_words(&joined, &other));
    let of_other = joined(&other).into_iter().map(|joined| of_words(&one, &joined));
    of_one.chain(of_other).max().unwrap_or_default().max(as_written)
}

fn of_words(one: &[Word], other: &[Word]) -> u8 {
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if shorter.is_empty() {
        return 0;
    }
    let pairs = pair(shorter, longer);
    let weakest = pairs.iter().map(|pair| pair.score).min().unwrap_or_default();
    let has_whole_word = pairs.iter().any(|pair| pair.score > INITIAL);
    if has_whole_word && names_the_person(longer, &pairs) {
        return weakest;
    }
    weakest.min(OTHER_PERSON_MAX)
}

/// Whether the shorter name contains the given name of the longer one: its first word that is neither a common name
/// nor an initial. Without this check "Kulkarni" would match every Kulkarni, and "Ramesh Kulkarni" his son "Ravi Ramesh
/// Kulkarni".
fn names_the_person(longer: &[Word], pairs: &[Pair]) -> bool {
    let is_paired = |n: usize| pairs.iter().any(|pair| pair.longer == n);
    let given = longer.iter().position(|word| !word.is_common() && !word.is_initial());
    given.map_or_else(|| (0..longer.len()).all(is_paired), is_paired)
}

/// A word of the shorter name and its partner, by index.
struct Pair {
    shorter: usize,
    longer: usize,
    score: u8,
}

/// Pairs the words, best matches first. Each word is used once.
fn pair(shorter: &[Word], longer: &[Word]) -> Vec<Pair> {
    let mut possible: Vec<_> = (0..shorter.len())
        .flat_map(|s| (0..longer.len()).map(move |l| (s, l)))
        .map(|(s, l)| Pair { shorter: s, longer: l, score: of_pair(&shorter[s], &longer[l]) })
        .collect();
    possible.sort_by_key(|pair| std::cmp::Reverse(pair.score));
    let mut pairs: Vec<Pair> = Vec::new();
    for candidate in possible {
        let is_free =
            |pair: &Pair| pair.shorter != candidate.shorter && pair.longer != candidate.longer;
        if pairs.iter().all(is_free) {
            pairs.push(candidate);
        }
    }
    pairs
}

fn of_pair(one: &Word, other: &Word) -> u8 {
    if one.latin() == other.latin() {
        return 100;
    }
    if one.is_initial() || other.is_initial() {
        return if one.initial() == other.initial() { INITIAL } else { 0 };
    }
    let likeness = percent(strsim::jaro_winkler(one.latin(), other.latin()));
    if one.sound().is_like(other.sound()) {
        // 90 to 99: the same sound in a different spelling.
        return 90 + likeness.saturating_sub(1) / 11;
    }
    likeness.min(OTHER_PERSON_MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a likeness is between 0 and 1"
)]
fn percent(likeness: f64) -> u8 {
    (likeness.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[cfg(test)]
mod tests;
