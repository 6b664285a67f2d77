//! The words of the pages, in English and Hindi. They are in `api/words/*.ftl`; a test checks that both files
//! have the same words with the same variables, and every word that a page uses.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

/// The sources of the words.
const SOURCES: [(Language, &str); 2] = [
    (Language::English, include_str!("../../words/en.ftl")),
    (Language::Hindi, include_str!("../../words/hi.ftl")),
];

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Hindi,
}

impl Language {
    /// The language with this code; English for an unknown one.
    pub(crate) fn of(code: &str) -> Self {
        if code == Self::Hindi.code() { Self::Hindi } else { Self::English }
    }

    /// The code in HTML and in the session.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hindi => "hi",
        }
    }
}

/// The words of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    language: Language,
    bundle: &'static FluentBundle<FluentResource>,
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| {
    SOURCES.map(|(language, source)| {
        let id = match language {
            Language::English => langid!("en-IN"),
            Language::Hindi => langid!("hi-IN"),
        };
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks around variables would be copied with ids.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(it, _)| it);
        bundle.add_resource_overriding(resource);
        bundle
    })
});

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let [english, hindi] = &*BUNDLES;
        let bundle = match language {
            Language::English => english,
            Language::Hindi => hindi,
        };
        Self { language, bundle }
    }

    pub(crate) const fn language(self) -> Language {
        self.language
    }

    /// The words with this id.
    pub(crate) fn t(self, id: &str) -> Cow<'static, str> {
        self.find(id, None).unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// The words with this id, with one variable.
    pub(crate) fn with<'a>(
        self,
        id: &str,
        name: &'static str,
        value: impl Into<FluentValue<'a>>,
    ) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.find(id, Some(&args)).unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// The words with this id, if there are any.
    pub(crate) fn find(self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = vec![];
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        Some(Cow::Owned(text.into_owned()))
    }

    /// The words of a state, such as `granted`; the state itself if it has none.
    pub(crate) fn state(self, state: &str) -> Cow<'static, str> {
        self.find(&format!("state-{state}"), None).unwrap_or_else(|| Cow::Owned(state.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// Ids with their variables.
    fn ids(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" =")
                && !line.starts_with(' ')
            {
                id.clone_into(&mut current);
                assert!(
                    found.insert(current.clone(), BTreeSet::new()).is_none(),
                    "{id} is there twice"
                );
            }
            for variable in line.split('$').skip(1) {
                let end = variable.find(|c: char| !c.is_ascii_alphanumeric());
                let name = variable[..end.unwrap_or(variable.len())].to_owned();
                found.get_mut(&current).unwrap().insert(name);
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_words_with_the_same_variables() {
        let [english, hindi] = SOURCES.map(|(_, source)| ids(source));
        assert_eq!(english, hindi);
        for (_, source) in SOURCES {
            FluentResource::try_new(source.to_owned()).unwrap();
        }
        assert!(english.len() > 100);
    }

    /// The texts between two marks in the files of a folder.
    fn quoted(folder: &str, ending: &str, before: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|extension| extension != ending) {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let pieces = text.split(before).skip(1);
                found.extend(pieces.filter_map(|piece| Some(piece.split_once('"')?.0.to_owned())));
            }
        }
        found
    }

    #[test]
    fn every_word_of_a_page_is_there() {
        let words = Words::of(Language::English);
        let mut used = quoted("templates/console", "html", "f.t(\"");
        used.extend(quoted("templates/console", "html", "f.n(\""));
        used.extend(quoted("templates/console", "html", "p::empty(f, l, \""));
        used.extend(quoted("src/console", "rs", ".t(\""));
        assert!(used.len() > 50, "{}", used.len());
        let missing: Vec<_> = used.iter().filter(|id| words.find(id, None).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
