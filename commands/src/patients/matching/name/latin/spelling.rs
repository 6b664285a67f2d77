//! How sounds are usually spelled in Indian names: Sunita and not Suneetaa, but Deepak and Harpreet.

use super::sounds::{DENTAL_T, Sound, Writing};

/// Spells a word in small letters.
pub(super) fn spell(sounds: &[Sound], writing: Writing) -> String {
    let mut text = String::new();
    for (at, sound) in sounds.iter().enumerate() {
        let place = Place { sounds, at, writing };
        match sound {
            Sound::Consonant { text: plain, offset } => {
                text.push_str(place.consonant(plain, *offset));
            }
            Sound::Vowel(plain) => text.push_str(place.vowel(plain)),
            Sound::Implied => text.push('a'),
            Sound::Nasal => text.push_str(place.nasal()),
            Sound::Doubled => text.extend(place.doubled()),
        }
    }
    with_usual_ending(text, sounds, writing)
}

/// A sound and those around it.
struct Place<'a> {
    sounds: &'a [Sound],
    at: usize,
    writing: Writing,
}

impl Place<'_> {
    fn next(&self, n: usize) -> Option<Sound> {
        self.sounds.get(self.at + n).copied()
    }

    fn next_consonant(&self) -> Option<&'static str> {
        self.next(1).and_then(Sound::consonant)
    }

    fn last(&self) -> Option<Sound> {
        self.at.checked_sub(1).map(|before| self.sounds[before])
    }

    fn last_consonant(&self) -> Option<&'static str> {
        self.last().and_then(Sound::consonant)
    }

    fn consonant(&self, plain: &'static str, offset: u32) -> &'static str {
        let next = self.next_consonant();
        match plain {
            "v" if self.is_w() => "w",
            // Swapan, Biswas.
            "b" if self.writing == Writing::Bengali
                && matches!(self.last_consonant(), Some("s" | "sh" | "d" | "t" | "j")) =>
            {
                "w"
            }
            // Biswas, Sharmistha, Srabani; Srinivas.
            "sh" if self.writing == Writing::Bengali
                && matches!(next, Some("b" | "r" | "t" | "th")) =>
            {
                "s"
            }
            "sh" if self.writing.is_southern() && next == Some("r") => "s",
            "t" if offset == DENTAL_T && self.writing.is_southern() => self.dental_t(),
            // Vitthal, Buddha: only the second is breathed.
            "kh" | "gh" | "th" | "dh" | "bh" if next == Some(plain) => &plain[..1],
            plain => plain,
        }
    }

    /// Saraswati, Ishwar, Yashwant.
    fn is_w(&self) -> bool {
        let follows =
            matches!(self.last_consonant(), Some("s" | "sh" | "d" | "t" | "j" | "k" | "z"));
        let is_want = match self.sounds.get(self.at + 1..) {
            Some([Sound::Implied, Sound::Nasal, last]) => last.consonant() == Some("t"),
            Some([Sound::Implied, n, last]) => {
                n.consonant() == Some("n") && last.consonant() == Some("t")
            }
            _ => false,
        };
        follows || (is_want && self.at > 0)
    }

    /// Kavitha, Shanthi, Muthu; but Aditya and Gayatri in Telugu and Kannada.
    fn dental_t(&self) -> &'static str {
        let writes_clusters = matches!(self.writing, Writing::Tamil | Writing::Malayalam);
        match (self.last_consonant(), self.next_consonant()) {
            (Some("s" | "k"), _) | (_, Some("s")) => "t",
            (Some("t"), _) if writes_clusters => "h",
            (Some("t"), _) | (_, Some("t")) => "t",
            (_, Some(_)) if !writes_clusters => "t",
            _ => "th",
        }
    }

    fn nasal(&self) -> &'static str {
        match self.next_consonant() {
            Some("p" | "ph" | "b" | "bh" | "m") => "m",
            Some("h") => "ng",
            Some("k" | "kh" | "g" | "gh") => "n",
            _ if self.writing == Writing::Bengali && self.next(1) != Some(Sound::Nasal) => {
                if self.next_consonant().is_some() { "n" } else { "ng" }
            }
            None if self.writing.is_southern() => "m",
            _ => "n",
        }
    }

    /// Jassi, Gill; but Sidhu and Satpal.
    fn doubled(&self) -> Option<char> {
        let next = self.next_consonant().filter(|next| next.len() == 1)?;
        let is_followed = self.next(2).is_some_and(|sound| sound.consonant().is_some());
        next.chars().next().filter(|_| !is_followed)
    }

    fn vowel(&self, plain: &'static str) -> &'static str {
        match plain {
            "aa" => "a",
            "ii" if self.is_ee() => "ee",
            "ii" => "i",
            "uu" => "u",
            "au" if self.writing == Writing::Bengali => "ou",
            plain => plain,
        }
    }

    /// Meena, Deepak; Harpreet, Naveen, Rajeev, Pradeep, Ranveer. Elsewhere a long i is a plain one.
    fn is_ee(&self) -> bool {
        if matches!(self.writing, Writing::Bengali | Writing::Odia) {
            return false;
        }
        let vowels_before = self.sounds[..self.at].iter().filter(|sound| sound.is_vowel()).count();
        let rest = self.sounds.get(self.at + 1..).unwrap_or_default();
        let vowels_after = rest.iter().filter(|sound| sound.is_vowel()).count();
        let (last, next) = (self.last_consonant(), self.next_consonant());
        let is_shri =
            last == Some("r") && self.at > 1 && self.sounds[self.at - 2].consonant() == Some("sh");
        if is_shri {
            return self.writing == Writing::Malayalam;
        }
        if vowels_before == 0 && vowels_after < 2 {
            return last.is_some() && !matches!(next, None | Some("y"));
        }
        matches!(
            (last, rest),
            (_, [Sound::Consonant { text: "t" | "n" | "v", .. }])
                | (Some("d"), [Sound::Consonant { text: "p", .. }])
                | (Some("v"), [Sound::Consonant { text: "r", .. }])
        )
    }
}

/// Endings that are spelled in a way of their own.
fn with_usual_ending(text: String, sounds: &[Sound], writing: Writing) -> String {
    let replaced = |ending: &str, usual: &str| {
        text.strip_suffix(ending).map(|start| format!("{start}{usual}"))
    };
    let usual = match sounds {
        [.., r, Sound::Vowel("aa"), v]
            if r.consonant() == Some("r") && v.consonant() == Some("v") =>
        {
            replaced("rav", "rao")
        }
        [.., r, Sound::Vowel("aa"), v, Sound::Vowel("u")]
            if r.consonant() == Some("r") && v.consonant() == Some("v") =>
        {
            replaced("ravu", "rao")
        }
        [.., Sound::Vowel("aa"), y, Sound::Vowel("i")] if y.consonant() == Some("y") => {
            replaced("ayi", "ai")
        }
        [.., one, other, Sound::Vowel("i")] if writing.is_southern() && one == other => {
            replaced("tti", "tty").or_else(|| replaced("ddi", "ddy"))
        }
        _ if writing.drops_inner_vowels() => {
            replaced("indar", "inder").or_else(|| replaced("endar", "ender"))
        }
        _ => None,
    };
    usual.unwrap_or(text)
}
