//! What is to be shown, without saying how.

use serde_json::Value;

use super::shelf::Shelf;
use super::{card, header, words};

/// One document.
pub(super) struct Page<'v> {
    pub(super) title: Option<String>,
    /// Who, where and when, in groups such as `Patient`.
    pub(super) header: Vec<Card<'v>>,
    pub(super) chapters: Vec<Chapter<'v>>,
}

/// A section of the document.
pub(super) struct Chapter<'v> {
    pub(super) title: Option<String>,
    pub(super) cards: Vec<Card<'v>>,
}

/// One thing, with what is to be said of it.
pub(super) struct Card<'v> {
    pub(super) heading: Option<String>,
    pub(super) facts: Vec<Fact>,
    pub(super) picture: Option<Picture<'v>>,
    /// Results within a report, lines of a bill.
    pub(super) cards: Vec<Card<'v>>,
}

/// A line of a card; without a value it reads `NA`.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: Option<String>,
}

/// A picture of a kind that every browser shows.
pub(super) struct Picture<'v> {
    pub(super) content_type: &'static str,
    /// Base64, and nothing else.
    pub(super) data: &'v str,
}

pub(super) fn of(bundle: &Value) -> Page<'_> {
    let shelf = Shelf::of(bundle);
    let composition = shelf.composition();
    let sections = composition["section"].as_array().into_iter().flatten();
    Page {
        title: words::text(&composition["title"]),
        header: header::of(&shelf, composition),
        chapters: sections.map(|section| chapter(&shelf, section)).collect(),
    }
}

fn chapter<'v>(shelf: &Shelf<'v>, section: &'v Value) -> Chapter<'v> {
    let entries = section["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let mut cards: Vec<Card<'v>> =
        entries.iter().map(|entry| card::of_reference(shelf, entry)).collect();
    if cards.is_empty() {
        // A section may be told in words alone.
        cards.push(Card::new(None).wanted("Text", words::narrative(section)));
    }
    let title = words::text(&section["title"]).or_else(|| words::concept(&section["code"]));
    Chapter { title, cards }
}

impl<'v> Card<'v> {
    pub(super) fn new(heading: Option<String>) -> Self {
        Self { heading, facts: vec![], picture: None, cards: vec![] }
    }

    /// A field that a reader expects.
    pub(super) fn wanted(mut self, label: &'static str, value: Option<String>) -> Self {
        self.facts.push(Fact { label, value });
        self
    }

    /// A field that is shown when it is there.
    pub(super) fn extra(self, label: &'static str, value: Option<String>) -> Self {
        if value.is_some() { self.wanted(label, value) } else { self }
    }

    pub(super) fn with(mut self, cards: impl IntoIterator<Item = Card<'v>>) -> Self {
        self.cards.extend(cards);
        self
    }

    pub(super) fn shown(mut self, picture: Option<Picture<'v>>) -> Self {
        self.picture = picture;
        self
    }

    fn missing(&self, within: &str, found: &mut Vec<String>) {
        let name = self.heading.as_deref().unwrap_or("NA");
        let place = if within.is_empty() { name.to_owned() } else { format!("{within}, {name}") };
        if self.heading.is_none() {
            found.push(format!("{place}: name"));
        }
        for fact in self.facts.iter().filter(|fact| fact.value.is_none()) {
            found.push(format!("{place}: {}", fact.label));
        }
        for card in &self.cards {
            card.missing(&place, found);
        }
    }
}

impl Page<'_> {
    pub(super) fn missing(&self) -> Vec<String> {
        let mut found = vec![];
        if self.title.is_none() {
            found.push("Document: title".to_owned());
        }
        for card in &self.header {
            card.missing("", &mut found);
        }
        for chapter in &self.chapters {
            let title = chapter.title.as_deref().unwrap_or("NA");
            if chapter.title.is_none() {
                found.push("Section: title".to_owned());
            }
            for card in &chapter.cards {
                card.missing(title, &mut found);
            }
        }
        found
    }
}
