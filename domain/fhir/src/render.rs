//! A document as an app for patients would show it: for people who look at bundles, not for apps.
//!
//! What was called off or entered in error is struck through, with the reason.
//!
//! The input is any parsed bundle, ours or a stranger's, valid or not. What such an app would have to
//! show and the bundle does not say reads `NA`, and is marked: that is what to look for before a
//! patient does. Pure, bounded by the size of the input, and without panics on whatever JSON.

mod card;
mod clean;
mod header;
mod html;
mod page;
mod plain;
mod resource;
mod shelf;
mod state;
mod words;

use serde_json::Value;

/// As plain text; a missing field reads `NA (missing)`.
pub fn text(bundle: &Value) -> String {
    plain::write(&page::of(bundle))
}

/// As one HTML page, complete in itself: style inside, pictures inside, no scripts, no links, no
/// addresses of other servers. A missing field has the class `na`.
pub fn html(bundle: &Value) -> String {
    html::write(&page::of(bundle))
}

/// The fields that would read `NA`, as `Patient: Birth date` or `Medications, Paracetamol: Route`.
pub fn missing(bundle: &Value) -> Vec<String> {
    page::of(bundle).missing().iter().map(|field| clean::line(field)).collect()
}

/// Why there is no document to show, in a few words; none when there is one.
pub fn not_a_document(bundle: &Value) -> Option<&'static str> {
    let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let has = |kind: &str| entries.iter().any(|entry| entry["resource"]["resourceType"] == kind);
    if bundle["resourceType"] != "Bundle" {
        Some("not a Bundle: resourceType is another or missing")
    } else if has("Composition") {
        None
    } else {
        Some("not a document: the Bundle has no Composition")
    }
}
