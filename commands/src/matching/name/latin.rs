//! A name as somebody would write it in Latin letters.

use super::script::{Script, is_part_of_word, to_latin};

/// A name in Latin letters: for the gateway, which takes no others. A name that is in Latin letters
/// stays as it is, but for accents.
pub fn in_latin(name: &str) -> String {
    let words = name.split_whitespace().map(|word| {
        let letters: String = word.chars().filter(|c| is_part_of_word(*c)).collect();
        let (latin, script) = to_latin(&letters.to_lowercase());
        match script {
            Script::Latin => deunicode::deunicode(word),
            Script::Indic | Script::Eastern | Script::Tamil | Script::Urdu => written(&latin),
        }
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A vowel that a script only implies is an `a`, except at the end, where nobody says it.
fn written(latin: &str) -> String {
    let spoken = latin.trim_end_matches(['*', '?']).replace(['*', '?'], "a");
    let mut letters = spoken.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_it_sounds() {
        for (name, latin) in [
            ("रमेश कुमार", "Ramesh Kumaar"),
            ("आशा", "Aashaa"),
            ("Asha D'Souza", "Asha D'Souza"),
            ("José", "Jose"),
        ] {
            assert_eq!(in_latin(name), latin);
        }
    }
}
