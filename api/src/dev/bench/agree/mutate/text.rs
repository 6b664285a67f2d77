//! Edits of texts: codes, URLs, and values that do not match their type.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Value, json};

use super::site::{self, Site};

/// Whether a member with this name contains a code.
pub(super) fn is_code(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "code",
        "status",
        "use",
        "gender",
        "intent",
        "type",
        "language",
        "unit",
        "mode",
        "currency",
        "priority",
        "periodUnit",
        "resourceType",
    ];
    NAMES.contains(&name)
}

/// Whether a member with this name contains a URL.
pub(super) fn is_url(name: &str) -> bool {
    ["system", "url", "fullUrl", "reference", "profile"].contains(&name)
}

pub(super) fn change_code(site: &Site, document: &mut Value, random: &mut StdRng) {
    let code = text(site, document);
    let changed = match random.random_range(0..6) {
        0 => format!("{code}x"),
        1 => without_one(&code, random),
        2 => other_case(&code),
        3 => another(site, document, is_code, random),
        4 => "mmHg".to_owned(),
        _ => ["ZZZ", "active", "final", "urgent", "1", "en-IN"]
            .choose(random)
            .expect("there are codes")
            .to_string(),
    };
    *site.value_mut(document) = json!(changed);
}

pub(super) fn change_url(site: &Site, document: &mut Value, random: &mut StdRng) {
    let url = text(site, document);
    let bare = url.split_once("://").map_or(&url[..], |(_, bare)| bare).to_owned();
    let changed = match random.random_range(0..9) {
        0 => last(&url).to_owned(),
        1 => without_one(&url, random),
        2 => bare,
        3 => another(site, document, is_url, random),
        4 => url.to_ascii_uppercase(),
        5 => format!("{url}|1.0"),
        6 if site.name() == "fullUrl" => last(&url).to_owned(),
        6 => format!("https://example.org/fhir/Patient/{}", last(&url)),
        7 => format!("{url}/"),
        _ => format!("{url}x"),
    };
    *site.value_mut(document) = json!(changed);
}

/// Replaces the value with one that is malformed for many types.
pub(super) fn spoil(site: &Site, document: &mut Value, random: &mut StdRng) {
    let value = site.value_mut(document);
    if value.is_number() {
        let wrong = [json!(-1), json!(1.5), json!(0), json!(99_999_999_999_i64), json!(1e-7)];
        *value = wrong.choose(random).expect("there are numbers").clone();
        return;
    }
    let text = value.as_str().unwrap_or_default().to_owned();
    let spoilt = match random.random_range(0..10) {
        0 => format!(" {text}"),
        1 => format!("{text} "),
        2 => "2026-02-30".to_owned(),
        3 => "2026-13".to_owned(),
        4 => "not a value".to_owned(),
        5 => format!("{text}="),
        6 => text.replace(['-', ':', '/'], "  "),
        7 => format!("\u{1F600}{text}"),
        8 => "99999".to_owned(),
        _ => "2026-05-04T10:30".to_owned(),
    };
    *value = json!(spoilt);
}

/// The part after the last slash or colon.
fn last(url: &str) -> &str {
    url.rsplit(['/', ':']).next().unwrap_or_default()
}

fn text(site: &Site, document: &Value) -> String {
    site.value(document).as_str().unwrap_or_default().to_owned()
}

fn without_one(text: &str, random: &mut StdRng) -> String {
    let place = (0..text.chars().count()).choose(random);
    let others = text.chars().enumerate().filter(|(at, _)| Some(*at) != place);
    others.map(|(_, letter)| letter).collect()
}

fn other_case(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}

/// Returns a text of the same kind from elsewhere in the document.
fn another(
    site: &Site,
    document: &Value,
    is_alike: fn(&str) -> bool,
    random: &mut StdRng,
) -> String {
    let sites = site::all(document).into_iter().filter(|other| is_alike(other.name()));
    let texts = sites.filter_map(|other| other.value(document).as_str().map(str::to_owned));
    texts.choose(random).unwrap_or_else(|| text(site, document))
}
