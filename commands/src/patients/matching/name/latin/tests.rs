use std::collections::BTreeMap;

use super::*;

/// Common names in ten scripts, and as their bearers usually spell them.
const NAMES: &str = include_str!("names.csv");

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.lines().map(|line| line.split_once(',').expect("a name and its spelling"))
}

#[test]
fn common_names_are_spelled_as_their_bearers_do() {
    let wrong: Vec<_> = names()
        .map(|(name, usual)| (name, in_latin(name), usual))
        .filter(|(_, spelled, usual)| spelled != usual)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_has_each_of_ten_scripts_and_two_hundred_names() {
    let mut counts = BTreeMap::new();
    for (name, _) in names() {
        let first = u32::from(name.chars().next().expect("a name has letters"));
        *counts.entry(if first < 0x900 { 0 } else { (first - 0x900) / 0x80 + 1 }).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 10, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 20), "{counts:?}");
    assert!(counts.values().sum::<u32>() >= 200);
}

#[test]
fn a_name_in_latin_letters_stays_as_it_is_but_for_accents() {
    for (name, latin) in [
        ("Asha D'Souza", "Asha D'Souza"),
        ("José", "Jose"),
        ("Amritaa Paatiil", "Amritaa Paatiil"),
        ("A. P. J. Abdul Kalam", "A. P. J. Abdul Kalam"),
    ] {
        assert_eq!(in_latin(name), latin);
        assert!(is_latin(name));
    }
    assert!(!is_latin("अमृता") && !is_latin("Amrita पाटील") && !is_latin("") && !is_latin("123"));
}

#[test]
fn a_name_may_mix_scripts_and_is_the_same_however_unicode_composes_it() {
    assert_eq!(in_latin("Amrita पाटील"), "Amrita Patil");
    // ड़ and क़ in one character and in two, ো and ொ in one and in two.
    assert_eq!(in_latin("राठौ\u{95c}"), in_latin("राठौ\u{921}\u{93c}"));
    assert_eq!(in_latin("ঘ\u{9cb}ষ"), in_latin("ঘ\u{9c7}\u{9be}ষ"));
    assert_eq!(in_latin("க\u{bca}ற்றவை"), in_latin("க\u{bc6}\u{bbe}ற்றவை"));
    assert_eq!(in_latin(""), "");
}

#[test]
fn letters_that_no_name_has_do_no_harm() {
    for block in 0..9_u32 {
        for place in 0..0x80 {
            let c = char::from_u32(0x900 + block * 0x80 + place).expect("no surrogate is here");
            for word in [c.to_string(), format!("क{c}"), format!("{c}{c}{c}")] {
                assert!(in_latin(&word).is_ascii(), "{word:?}");
            }
        }
    }
}
