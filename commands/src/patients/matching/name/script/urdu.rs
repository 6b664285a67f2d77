//! Urdu. Short vowels are not written, and two letters serve as vowel and consonant both.

/// Letters of the Arabic block.
pub(super) fn is_letter(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{06ff}')
}

/// Marks of vowels, mostly left out; where they stand they hold a word together.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{064b}'..='\u{0655}' | '\u{0670}')
}

/// Writes a word in Latin letters, with `?` between two consonants, where a vowel may have been left
/// out.
pub(super) fn to_latin(word: &str) -> String {
    let letters: Vec<&str> = word.chars().map(letter).filter(|sound| !sound.is_empty()).collect();
    let mut latin = String::new();
    for (n, sound) in letters.iter().enumerate() {
        // At the start they are consonants, after one they are vowels.
        let after_consonant = n > 0 && !is_vowel(letters[n - 1]);
        let before_vowel = letters.get(n + 1).is_some_and(|next| is_vowel(next));
        let sound = match *sound {
            "v" if after_consonant && !before_vowel => "u",
            "y" if after_consonant && !before_vowel => "i",
            // Written for a final a.
            "h" if after_consonant && n + 1 == letters.len() => "a",
            // An aspirate belongs to the consonant before it.
            "(h)" => "h",
            "'" if n == 0 && !before_vowel => "?",
            "'" => "a",
            sound => sound,
        };
        let is_spoken_apart = after_consonant && !is_vowel(sound) && letters[n] != "(h)";
        if is_spoken_apart && !latin.ends_with(['u', 'i']) {
            latin.push('?');
        }
        latin.push_str(sound);
    }
    latin
}

fn is_vowel(sound: &str) -> bool {
    sound.starts_with(['a', 'e', 'i', 'o', 'u', '\'', '?'])
}

fn letter(c: char) -> &'static str {
    match c {
        'ا' | 'أ' | 'إ' | 'ع' => "'",
        'آ' => "a",
        'ب' => "b",
        'پ' => "p",
        'ت' | 'ٹ' | 'ط' => "t",
        'ث' | 'س' | 'ص' => "s",
        'ج' => "j",
        'چ' => "ch",
        'ح' | 'ہ' | 'ه' | 'ۃ' | 'ة' => "h",
        'خ' => "kh",
        'د' | 'ڈ' => "d",
        'ذ' | 'ز' | 'ژ' | 'ض' | 'ظ' => "z",
        'ر' | 'ڑ' => "r",
        'ش' => "sh",
        'غ' => "gh",
        'ف' => "f",
        'ق' | 'ک' | 'ك' => "k",
        'گ' => "g",
        'ل' => "l",
        'م' => "m",
        'ن' | 'ں' => "n",
        'و' => "v",
        'ؤ' => "o",
        'ھ' => "(h)",
        'ی' | 'ي' | 'ى' => "y",
        'ئ' => "i",
        'ے' => "e",
        _ => "",
    }
}
