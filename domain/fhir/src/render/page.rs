//! What is to be shown, without saying how.

use serde_json::Value;

use super::card::Card;
use super::shelf::{Shelf, View};
use super::{header, resource, state, words};

/// How far sections may hold sections; deeper ones are told as deep as that.
const DEPTH_MAX: usize = 8;

/// One document.
pub(super) struct Page<'v> {
    pub(super) title: Option<String>,
    /// Why the document does not hold, as `entered in error`.
    pub(super) void: Option<String>,
    /// Who, where and when, in groups such as `Patient`.
    pub(super) header: Vec<Card<'v>>,
    pub(super) chapters: Vec<Chapter<'v>>,
}

/// A section of the document.
pub(super) struct Chapter<'v> {
    pub(super) title: Option<String>,
    /// 0 for a section of the document itself.
    pub(super) depth: usize,
    pub(super) cards: Vec<Card<'v>>,
}

pub(super) fn of(bundle: &Value) -> Page<'_> {
    let shelf = Shelf::of(bundle);
    let composition = shelf.composition();
    let view = shelf.within(composition);
    let mut chapters = vec![];
    add_chapters(view, &composition["section"], 0, &mut chapters);
    Page {
        title: words::text(&composition["title"]),
        void: state::void(composition),
        header: header::of(view, composition),
        chapters,
    }
}

/// Each section, and behind it those within it.
fn add_chapters<'v>(
    view: View<'_, 'v>,
    sections: &'v Value,
    depth: usize,
    chapters: &mut Vec<Chapter<'v>>,
) {
    for section in sections.as_array().into_iter().flatten() {
        chapters.push(chapter(view, section, depth));
        if depth < DEPTH_MAX {
            add_chapters(view, &section["section"], depth + 1, chapters);
        }
    }
}

fn chapter<'v>(view: View<'_, 'v>, section: &'v Value, depth: usize) -> Chapter<'v> {
    let entries = section["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let mut cards: Vec<Card<'v>> =
        entries.iter().map(|entry| resource::of_reference(view, entry)).collect();
    let is_parent = section["section"].as_array().is_some_and(|list| !list.is_empty());
    // A section may be told in words alone, or in more words than its entries have.
    let text = words::narrative(section);
    let why_empty = words::concept(&section["emptyReason"]);
    if section["text"]["status"] == "additional" {
        cards.push(Card::new(Some("In words".to_owned())).wanted("Text", text));
    } else if cards.is_empty() && !(is_parent && text.is_none()) {
        let card = Card::new(Some("In words".to_owned()));
        cards.push(match (text, why_empty) {
            (None, Some(why)) => card.wanted("Empty", Some(why)),
            (text, _) => card.wanted("Text", text),
        });
    }
    let title = words::text(&section["title"]).or_else(|| words::concept(&section["code"]));
    Chapter { title, depth, cards }
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
