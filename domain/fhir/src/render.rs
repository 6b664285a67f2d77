//! A document as an app for patients would show it: for people who look at bundles, not for apps.
//!
//! The input is any parsed bundle, ours or a stranger's, valid or not. What such an app would have to
//! show and the bundle does not say reads `NA`, and is marked: that is what to look for before a
//! patient does. Pure, bounded by the size of the input, and without panics on whatever JSON.

mod card;
mod header;
mod html;
mod page;
mod plain;
mod resource;
mod shelf;
mod words;

use serde_json::Value;

/// As plain text; a missing field reads `NA (missing)`.
pub fn text(bundle: &Value) -> String {
    plain::write(&page::of(bundle))
}

/// As one HTML page, complete in itself: style inside, pictures inside, no scripts, no addresses of
/// other servers. A missing field has the class `na`.
pub fn html(bundle: &Value) -> String {
    html::write(&page::of(bundle))
}

/// The fields that would read `NA`, as `Patient: Birth date` or `Medications, Paracetamol: Route`.
pub fn missing(bundle: &Value) -> Vec<String> {
    page::of(bundle).missing()
}
