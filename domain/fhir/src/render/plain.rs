//! The page as plain text.

use super::card::Card;
use super::clean;
use super::page::Page;

const MISSING: &str = "NA (missing)";
/// Under the title of a section, by its depth.
const LINES: [char; 3] = ['-', '~', '.'];

pub(super) fn write(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(2048);
    let title = clean::line(page.title.as_deref().unwrap_or(MISSING));
    heading(&mut out, &struck(title, page.void.as_deref()), '=');
    for card in &page.header {
        write_card(&mut out, card, 0);
    }
    for chapter in &page.chapters {
        out.push('\n');
        let line = LINES[chapter.depth.min(LINES.len() - 1)];
        heading(&mut out, chapter.title.as_deref().unwrap_or(MISSING), line);
        for card in &chapter.cards {
            write_card(&mut out, card, 0);
        }
    }
    out
}

fn heading(out: &mut String, words: &str, line: char) {
    let words = clean::line(words);
    out.push_str(&words);
    out.push('\n');
    out.extend(std::iter::repeat_n(line, words.chars().count()));
    out.push('\n');
}

fn write_card(out: &mut String, card: &Card<'_>, depth: usize) {
    let mut line = |depth: usize, words: &str| {
        out.extend(std::iter::repeat_n("  ", depth));
        out.push_str(words);
        out.push('\n');
    };
    let told = |words: Option<&str>| words.map_or_else(|| MISSING.to_owned(), clean::line);
    let heading = struck(told(card.heading.as_deref()), card.void.as_deref());
    line(depth, &alerted(heading, card.alert));
    for fact in &card.facts {
        line(depth + 1, &format!("{}: {}", fact.label, told(fact.value.as_deref())));
    }
    if card.picture.is_some() {
        line(depth + 1, "(picture)");
    }
    for inner in &card.cards {
        write_card(out, inner, depth + 1);
    }
}

/// Struck through as text can be: `~~Aspirin~~ (cancelled)`.
fn struck(words: String, why: Option<&str>) -> String {
    match why {
        Some(why) => format!("~~{words}~~ ({})", clean::line(why)),
        None => words,
    }
}

fn alerted(words: String, alert: Option<&str>) -> String {
    match alert {
        Some(alert) => format!("!! {alert}: {words}"),
        None => words,
    }
}
