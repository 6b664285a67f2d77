//! Makes one random edit in a valid document, for both validators to judge.

mod narrative;
mod reference;
mod shape;
mod site;
mod text;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde::Serialize;
use serde_json::Value;

use self::site::Site;

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Dropped,
    Doubled,
    Emptied,
    Retyped,
    Renamed,
    CodeChanged,
    UrlChanged,
    Malformed,
    ReferenceBroken,
    NarrativeChanged,
}

impl Kind {
    pub(super) const ALL: [Self; 10] = [
        Self::Dropped,
        Self::Doubled,
        Self::Emptied,
        Self::Retyped,
        Self::Renamed,
        Self::CodeChanged,
        Self::UrlChanged,
        Self::Malformed,
        Self::ReferenceBroken,
        Self::NarrativeChanged,
    ];
}

/// A document with one edit.
pub(super) struct Mutant {
    pub(super) kind: Kind,
    /// Name of the document that was edited.
    pub(super) base: String,
    /// Location of the edit, as a JSON pointer.
    pub(super) pointer: String,
    /// The edited document, on one line.
    pub(super) json: String,
}

/// Prefix for a member name that is already in the object. It is removed when the document is written, so
/// that the name is there twice.
///
/// The character is for private use; no document contains it.
const DOUBLE: char = '\u{e000}';

/// Edits one of the documents at one location.
pub(super) fn mutant(bases: &[(String, Value)], random: &mut StdRng) -> Mutant {
    loop {
        let (base, document) = bases.choose(random).expect("there are documents");
        let kind = *Kind::ALL.choose(random).expect("there are kinds");
        let mut edited = document.clone();
        let sites = site::all(document).into_iter().filter(|site| fits(kind, site, document));
        let Some(site) = sites.choose(random) else {
            continue;
        };
        edit(kind, &site, &mut edited, random);
        let json = edited.to_string().replace(DOUBLE, "");
        if edited != *document {
            return Mutant { kind, base: base.clone(), pointer: site.pointer, json };
        }
    }
}

/// Whether an edit of this kind is possible at this location.
fn fits(kind: Kind, site: &Site, document: &Value) -> bool {
    let value = site.value(document);
    match kind {
        Kind::Dropped | Kind::Doubled | Kind::Emptied | Kind::Retyped => true,
        Kind::Renamed => !site.is_item(),
        Kind::CodeChanged => value.is_string() && text::is_code(site.name()),
        Kind::UrlChanged => value.is_string() && text::is_url(site.name()),
        Kind::Malformed => value.is_string() || value.is_number(),
        Kind::ReferenceBroken => value.is_string() && site.name() == "reference",
        Kind::NarrativeChanged => value.is_string() && site.name() == "div",
    }
}

fn edit(kind: Kind, site: &Site, document: &mut Value, random: &mut StdRng) {
    match kind {
        Kind::Dropped => shape::drop(site, document),
        Kind::Doubled => shape::double(site, document),
        Kind::Emptied => shape::empty(site, document),
        Kind::Retyped => shape::retype(site, document, random),
        Kind::Renamed => shape::rename(site, document, random),
        Kind::CodeChanged => text::change_code(site, document, random),
        Kind::UrlChanged => text::change_url(site, document, random),
        Kind::Malformed => text::spoil(site, document, random),
        Kind::ReferenceBroken => reference::break_one(site, document, random),
        Kind::NarrativeChanged => narrative::change(site, document, random),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use serde_json::json;

    use super::*;

    fn drawn(seed: u64) -> Vec<Mutant> {
        let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p></div>";
        let document = json!({
            "resourceType": "Bundle",
            "type": "document",
            "entry": [{
                "fullUrl": "urn:uuid:1",
                "resource": {
                    "resourceType": "Patient",
                    "active": true,
                    "text": { "status": "generated", "div": div },
                    "generalPractitioner": [{ "reference": "urn:uuid:1" }],
                    "multipleBirthInteger": 2
                }
            }]
        });
        let bases = [("a".to_owned(), document)];
        let mut random = StdRng::seed_from_u64(seed);
        (0..500).map(|_| mutant(&bases, &mut random)).collect()
    }

    #[test]
    fn a_seed_gives_the_same_edits_and_every_kind_of_them() {
        let (one, again) = (drawn(1), drawn(1));
        assert!(one.iter().zip(&again).all(|(one, again)| one.json == again.json));
        assert!(one.iter().zip(&drawn(2)).any(|(one, other)| one.json != other.json));
        for kind in Kind::ALL {
            assert!(one.iter().any(|mutant| mutant.kind == kind), "{kind:?}");
        }
        let twice = |mutant: &&Mutant| mutant.json.matches("\"active\":true").count() == 2;
        assert!(one.iter().any(|mutant| twice(&mutant)), "a member can be there twice");
        assert!(one.iter().all(|mutant| !mutant.json.contains(['\n', DOUBLE])));
    }
}
