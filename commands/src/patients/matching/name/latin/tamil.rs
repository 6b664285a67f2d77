//! Tamil, where one letter stands for k and g, for t, d and th, for p and b, for s, ch and j: what is
//! around it tells which.

use super::sounds::{DENTAL_T, Sound};

const RRA: u32 = 0x31;

/// Gives each consonant the sound that it has in its place.
pub(super) fn voiced(sounds: &[Sound]) -> Vec<Sound> {
    let mut voiced = Vec::with_capacity(sounds.len());
    let mut at = 0;
    while at < sounds.len() {
        let (taken, heard) = heard(sounds, at);
        if heard.is_empty() {
            voiced.push(sounds[at]);
        }
        voiced.extend(heard.iter().map(|text| Sound::Consonant { text, offset: 0 }));
        at += taken;
    }
    voiced
}

/// How many sounds are read, and what is heard of them; `None` if they stay as they are.
fn heard(sounds: &[Sound], at: usize) -> (usize, &'static [&'static str]) {
    let Sound::Consonant { text, offset } = sounds[at] else { return (1, &[]) };
    let next = sounds.get(at + 1).and_then(|sound| sound.consonant());
    let before = at.checked_sub(1).map(|before| sounds[before]);
    let is_between = before.is_some_and(Sound::is_vowel)
        && sounds.get(at + 1).is_some_and(|sound| sound.is_vowel());
    let after_nasal = matches!(before.and_then(Sound::consonant), Some("n" | "m"));
    let is_double = next == Some(text) && sounds.get(at + 1) == Some(&sounds[at]);
    match (text, offset) {
        ("ch", _) if is_double => (2, &["ch"]),
        ("t", DENTAL_T) if is_double => (2, &["th"]),
        ("r", RRA) if is_double => (2, &["t", "r"]),
        ("r", RRA) if before.and_then(Sound::consonant) == Some("n") => (1, &["d", "r"]),
        (_, _) if is_double => (
            2,
            match text {
                "k" => &["k", "k"],
                "p" => &["p", "p"],
                "t" => &["t", "t"],
                _ => return (1, &[]),
            },
        ),
        // லட்சுமி, மீனாட்சி.
        ("t", _) if next == Some("ch") => (2, &["k", "sh"]),
        ("t", DENTAL_T) => (1, &["th"]),
        ("k", _) if is_between || after_nasal => (1, &["g"]),
        ("ch", _) if after_nasal => (1, &["j"]),
        ("ch", _) => (1, &["s"]),
        ("t", _) if is_between || after_nasal => (1, &["d"]),
        ("p", _) if after_nasal => (1, &["b"]),
        _ => (1, &[]),
    }
}

/// What words from other languages begin with, as it is read, and as it is spelled.
const STARTS: &[(&str, &str)] = &[
    ("kopal", "gopal"),
    ("kovin", "govin"),
    ("komathi", "gomathi"),
    ("kanes", "ganes"),
    ("kangadaran", "gangadharan"),
    ("kanga", "ganga"),
    ("kandhi", "gandhi"),
    ("kanthi", "gandhi"),
    ("kayathri", "gayathri"),
    ("keetha", "geetha"),
    ("kauri", "gowri"),
    ("kirush", "krish"),
    ("papu", "babu"),
    ("palasupramaniyan", "balasubramanian"),
    ("palakrish", "balakrish"),
    ("palamuru", "balamuru"),
    ("palu", "balu"),
    ("paskar", "bhaskar"),
    ("parathi", "bharathi"),
    ("piraga", "praka"),
    ("pira", "pra"),
    ("thevi", "devi"),
    ("thines", "dines"),
    ("theepa", "deepa"),
    ("thurka", "durga"),
    ("thanala", "dhanala"),
    ("vengade", "venkate"),
];

/// The usual spelling of a word that was spelled as it is read.
pub(super) fn usual(text: &str) -> String {
    let start = STARTS.iter().find_map(|(read, usual)| Some((text.strip_prefix(read)?, usual)));
    let text = start.map_or_else(|| text.to_owned(), |(rest, usual)| format!("{usual}{rest}"));
    let text = text.replace("kirush", "krish");
    match text.strip_suffix("sami") {
        Some(start) if !start.is_empty() => format!("{start}samy"),
        _ => text,
    }
}
