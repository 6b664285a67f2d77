//! The page as HTML.

use super::card::Card;
use super::clean;
use super::page::Page;
use crate::markup::escape;

const HEAD: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\">";
const STYLE: &str = "<style>body{font:16px/1.5 sans-serif;max-width:44em;margin:1em auto;padding:0 1em}\
    h1{font-size:1.4em}h2{font-size:1.15em;border-bottom:1px solid #ccc}h3{font-size:1em;margin:.6em 0 0}\
    .card{margin:.4em 0 .8em}.card .card{margin-left:1.5em}dl{margin:0;display:grid;\
    grid-template-columns:10em 1fr}dd{margin:0;white-space:pre-line}dt{color:#555}\
    .na,.alert,.why{color:#b00020;font-weight:bold}.alert{text-transform:uppercase}.void dl,.void .card{text-decoration:line-through;color:#777}\
    img{max-width:100%}</style>";
/// Of sections, by their depth.
const HEADINGS: [&str; 4] = ["h2", "h3", "h4", "h5"];
const MISSING: &str = "<span class=\"na\" title=\"missing\">NA</span>";

pub(super) fn write(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str(HEAD);
    out.push_str("<title>");
    escape(&clean::line(page.title.as_deref().unwrap_or("NA")), &mut out);
    out.push_str("</title>");
    out.push_str(STYLE);
    out.push_str("</head><body>\n");
    out.push_str("<h1>");
    write_struck(&mut out, page.title.as_deref(), page.void.as_deref());
    out.push_str("</h1>");
    for card in &page.header {
        write_card(&mut out, card);
    }
    for chapter in &page.chapters {
        out.push_str("<section>");
        let level = HEADINGS[chapter.depth.min(HEADINGS.len() - 1)];
        element(&mut out, level, chapter.title.as_deref());
        for card in &chapter.cards {
            write_card(&mut out, card);
        }
        out.push_str("</section>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn write_card(out: &mut String, card: &Card<'_>) {
    out.push_str(if card.void.is_some() {
        "<div class=\"card void\">"
    } else {
        "<div class=\"card\">"
    });
    write_title(out, card);
    if !card.facts.is_empty() {
        out.push_str("<dl>");
        for fact in &card.facts {
            element(out, "dt", Some(fact.label));
            element(out, "dd", fact.value.as_deref());
        }
        out.push_str("</dl>");
    }
    if let Some(picture) = &card.picture {
        // Both parts were looked at when the picture was made: nothing to escape.
        out.push_str("<img alt=\"\" src=\"data:");
        out.push_str(picture.content_type);
        out.push_str(";base64,");
        out.push_str(picture.data);
        out.push_str("\">");
    }
    for inner in &card.cards {
        write_card(out, inner);
    }
    out.push_str("</div>\n");
}

fn write_title(out: &mut String, card: &Card<'_>) {
    out.push_str("<h3>");
    if let Some(alert) = card.alert {
        out.push_str("<span class=\"alert\">");
        out.push_str(alert);
        out.push_str("</span> ");
    }
    write_struck(out, card.heading.as_deref(), card.void.as_deref());
    out.push_str("</h3>");
}

/// Struck through, with the reason behind it, if there is one.
fn write_struck(out: &mut String, words: Option<&str>, why: Option<&str>) {
    let Some(why) = why else {
        return write_words(out, words);
    };
    out.push_str("<s>");
    write_words(out, words);
    out.push_str("</s> <span class=\"why\">(");
    write_words(out, Some(why));
    out.push_str(")</span>");
}

fn write_words(out: &mut String, words: Option<&str>) {
    match words {
        Some(words) => escape(&clean::lines(words), out),
        None => out.push_str(MISSING),
    }
}

fn element(out: &mut String, name: &str, words: Option<&str>) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    write_words(out, words);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
