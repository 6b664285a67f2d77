//! The page as HTML.

use super::card::Card;
use super::page::Page;
use crate::markup::escape;

const HEAD: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\">";
const STYLE: &str = "<style>body{font:16px/1.5 sans-serif;max-width:44em;margin:1em auto;padding:0 1em}\
    h1{font-size:1.4em}h2{font-size:1.15em;border-bottom:1px solid #ccc}h3{font-size:1em;margin:.6em 0 0}\
    .card{margin:.4em 0 .8em}.card .card{margin-left:1.5em}dl{margin:0;display:grid;\
    grid-template-columns:10em 1fr}dd{margin:0;white-space:pre-line}dt{color:#555}\
    .na{color:#b00020;font-weight:bold}img{max-width:100%}</style>";
const MISSING: &str = "<span class=\"na\" title=\"missing\">NA</span>";

pub(super) fn write(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str(HEAD);
    out.push_str("<title>");
    escape(page.title.as_deref().unwrap_or("NA"), &mut out);
    out.push_str("</title>");
    out.push_str(STYLE);
    out.push_str("</head><body>\n");
    element(&mut out, "h1", page.title.as_deref());
    for card in &page.header {
        write_card(&mut out, card);
    }
    for chapter in &page.chapters {
        out.push_str("<section>");
        element(&mut out, "h2", chapter.title.as_deref());
        for card in &chapter.cards {
            write_card(&mut out, card);
        }
        out.push_str("</section>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn write_card(out: &mut String, card: &Card<'_>) {
    out.push_str("<div class=\"card\">");
    element(out, "h3", card.heading.as_deref());
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

fn element(out: &mut String, name: &str, words: Option<&str>) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    match words {
        Some(words) => escape(words, out),
        None => out.push_str(MISSING),
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
