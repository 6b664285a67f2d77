//! Edits of references: to no target, to another target, or in another notation.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom;
use serde_json::{Value, json};

use super::site::Site;

pub(super) fn break_one(site: &Site, document: &mut Value, random: &mut StdRng) {
    let entries = document["entry"].as_array().into_iter().flatten();
    let urls = entries.filter_map(|entry| entry["fullUrl"].as_str().map(str::to_owned));
    let other = urls.choose(random).unwrap_or_default();
    let value = site.value_mut(document);
    let reference = value.as_str().unwrap_or_default();
    let id = reference.rsplit([':', '/']).next().unwrap_or_default();
    *value = json!(match random.random_range(0..10) {
        0..3 => other,
        3 => "urn:uuid:00000000-0000-4000-8000-000000000000".to_owned(),
        4 => format!("#{id}"),
        5 => format!("Patient/{id}"),
        6 => format!("https://example.org/fhir/Patient/{id}"),
        7 => id.to_owned(),
        8 => reference.to_ascii_uppercase(),
        _ => format!("{reference}/_history/1"),
    });
}
