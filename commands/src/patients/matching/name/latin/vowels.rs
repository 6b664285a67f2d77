//! Which implied vowels are spoken.

use super::sounds::{DENTAL_T, Sound, Writing};

/// Consonants that close a cluster so that the vowel after it is heard: Chandra, Krishna, Surya, but Anand.
const SONORANTS: [&str; 6] = ["r", "y", "v", "l", "n", "m"];

/// Leaves out the implied vowels that nobody says.
pub(super) fn leave_out_unspoken(sounds: &mut Vec<Sound>, writing: Writing) {
    if writing.drops_last_vowel() {
        leave_out_last(sounds, writing);
    }
    if writing == Writing::Kannada {
        leave_out_last_of_kannada(sounds);
    }
    if writing.drops_inner_vowels() {
        leave_out_inner(sounds);
    }
}

fn leave_out_last(sounds: &mut Vec<Sound>, writing: Writing) {
    let is_only_vowel = sounds.iter().filter(|sound| sound.is_vowel()).count() < 2;
    if sounds.last() != Some(&Sound::Implied) || is_only_vowel {
        return;
    }
    let before = |n: usize| sounds.len().checked_sub(n).map(|at| sounds[at]);
    let last = before(2).and_then(Sound::consonant);
    let second = before(3).and_then(Sound::consonant);
    let is_cluster = second.is_some();
    let is_spoken = match writing {
        Writing::Bengali | Writing::Odia => {
            is_cluster || (last == Some("h") && before(3) == Some(Sound::Nasal))
        }
        Writing::Gurmukhi => false,
        Writing::Devanagari
        | Writing::Gujarati
        | Writing::Tamil
        | Writing::Telugu
        | Writing::Kannada
        | Writing::Malayalam => is_cluster && last.is_some_and(|last| SONORANTS.contains(&last)),
    };
    if !is_spoken {
        sounds.pop();
    }
}

/// Men's names may end in a vowel that is written and not said: Ramesh(a), Nagaraj(a), Manjunath(a).
fn leave_out_last_of_kannada(sounds: &mut Vec<Sound>) {
    let [.., Sound::Vowel("aa" | "e" | "o"), Sound::Consonant { text, offset }, Sound::Implied] =
        sounds[..]
    else {
        return;
    };
    let is_long = sounds.iter().filter(|sound| sound.is_vowel()).count() > 2;
    if is_long && offset != DENTAL_T && !matches!(text, "d" | "n" | "l") {
        sounds.pop();
    }
}

/// Between a vowel with one consonant and a consonant with a vowel, from the end: Ma-n(a)-mohan.
fn leave_out_inner(sounds: &mut Vec<Sound>) {
    let mut at = sounds.len();
    while at > 0 {
        at -= 1;
        if sounds[at] == Sound::Implied && is_unspoken(sounds, at) {
            sounds.remove(at);
        }
    }
}

/// Revati, Indumati, Gadkari: these endings are said in full.
fn is_ending_in_full(last: &str, after: &[Sound]) -> bool {
    let [next, Sound::Vowel(vowel)] = after else { return false };
    matches!(
        (last, next.consonant(), *vowel),
        ("v" | "m", Some("t"), "i" | "ii") | ("k", Some("r"), "ii" | "e")
    )
}

fn is_unspoken(sounds: &[Sound], at: usize) -> bool {
    let (Some(before), Some(after)) = (sounds.get(at.wrapping_sub(2)..at), sounds.get(at + 1..))
    else {
        return false;
    };
    if !before[0].is_vowel() && before[0] != Sound::Doubled {
        return false;
    }
    let (Some(last), Some(next)) =
        (before[1].consonant(), after.first().and_then(|one| one.consonant()))
    else {
        return false;
    };
    if next == "y" || is_ending_in_full(last, after) {
        return false;
    }
    match after.get(1) {
        Some(sound) if sound.is_vowel() => true,
        // Har-preet, Ghan-shyam: two consonants that begin a syllable together; not Subhadra.
        Some(Sound::Consonant { text, .. }) => {
            let begins = match *text {
                "r" => matches!(next, "p" | "k" | "g" | "v" | "b" | "bh" | "sh"),
                "y" => next == "sh",
                _ => false,
            };
            begins && after.get(2).is_some_and(|sound| sound.is_vowel())
        }
        _ => false,
    }
}
