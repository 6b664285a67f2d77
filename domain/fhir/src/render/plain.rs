//! The page as plain text.

use super::card::Card;
use super::page::Page;

const MISSING: &str = "NA (missing)";

pub(super) fn write(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(2048);
    heading(&mut out, page.title.as_deref().unwrap_or(MISSING), '=');
    for card in &page.header {
        write_card(&mut out, card, 0);
    }
    for chapter in &page.chapters {
        out.push('\n');
        heading(&mut out, chapter.title.as_deref().unwrap_or(MISSING), '-');
        for card in &chapter.cards {
            write_card(&mut out, card, 0);
        }
    }
    out
}

fn heading(out: &mut String, words: &str, line: char) {
    let words = one_line(words);
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
    let told = |words: Option<&str>| words.map_or_else(|| MISSING.to_owned(), one_line);
    line(depth, &told(card.heading.as_deref()));
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

/// A stranger's line breaks and control characters must not draw lines of ours, nor on a terminal.
fn one_line(words: &str) -> String {
    let mut line = String::with_capacity(words.len());
    for word in words.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}
