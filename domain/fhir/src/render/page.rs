//! What is to be shown, without saying how.

use serde_json::Value;

use super::card::Card;
use super::shelf::Shelf;
use super::{header, resource, words};

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
        entries.iter().map(|entry| resource::of_reference(shelf, entry)).collect();
    if cards.is_empty() {
        // A section may be told in words alone.
        cards.push(Card::new(None).wanted("Text", words::narrative(section)));
    }
    let title = words::text(&section["title"]).or_else(|| words::concept(&section["code"]));
    Chapter { title, cards }
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
