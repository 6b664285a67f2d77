//! The entries: each with a resource and an address, the Composition first.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::finding::Report;

/// What the other checks want to know about an entry.
pub(super) struct Entry<'v> {
    pub(super) full_url: Option<&'v str>,
    pub(super) resource: &'v Value,
    /// Empty when the resource does not say.
    pub(super) kind: &'v str,
}

pub(super) struct Entries<'v> {
    pub(super) list: Vec<Entry<'v>>,
    by_url: HashMap<&'v str, usize>,
}

impl<'v> Entries<'v> {
    pub(super) fn of(bundle: &'v Value) -> Self {
        let list: Vec<Entry<'v>> = bundle["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| Entry {
                full_url: entry["fullUrl"].as_str(),
                resource: &entry["resource"],
                kind: entry["resource"]["resourceType"].as_str().unwrap_or_default(),
            })
            .collect();
        let mut by_url = HashMap::with_capacity(list.len());
        for (index, entry) in list.iter().enumerate() {
            if let Some(url) = entry.full_url {
                by_url.entry(url).or_insert(index);
            }
        }
        Self { list, by_url }
    }

    pub(super) fn at_url(&self, url: &str) -> Option<usize> {
        self.by_url.get(url).copied()
    }
}

pub(super) fn check(entries: &Entries<'_>, report: &mut Report) {
    match entries.list.first() {
        None => report.error("cardinality", "Bundle.entry", "the document is empty"),
        Some(first) if first.kind != "Composition" => {
            let message = "must be the Composition: it is the first page of a document";
            report.error("bdl-11", "Bundle.entry[0].resource", message);
        }
        Some(_) => {}
    }
    for (index, entry) in entries.list.iter().enumerate() {
        let path = format!("Bundle.entry[{index}]");
        if !entry.resource.is_object() {
            report.error("bdl-5", format!("{path}.resource"), "is missing");
        } else if entry.kind.is_empty() {
            report.error("resource-type", format!("{path}.resource.resourceType"), "is missing");
        }
        full_url(entries, index, entry, &format!("{path}.fullUrl"), report);
    }
}

fn full_url(
    entries: &Entries<'_>,
    index: usize,
    entry: &Entry<'_>,
    path: &str,
    report: &mut Report,
) {
    let Some(url) = entry.full_url else {
        report.error("full-url", path, "is missing: nothing can point at this entry");
        return;
    };
    if entries.at_url(url) != Some(index) {
        report.error("bdl-7", path, "is used by an earlier entry of the same document");
    }
    if url.contains("/_history/") {
        report.error("bdl-8", path, "must name the resource, not one version of it");
        return;
    }
    match Address::of(url, entry.kind) {
        Address::NotAbsolute => {
            let message = "must be absolute: urn:uuid: with a lower-case UUID, urn:oid:, or \
                           http(s)://server/Type/id of this resource";
            report.error("full-url", path, message);
        }
        Address::NamesId(id) if entry.resource["id"] != id => {
            report.warning("resource-id", path, "does not agree with the id of the resource");
        }
        Address::NamesId(_) | Address::NamesNoId => {}
    }
}

/// What a `fullUrl` says by its form.
#[derive(Debug, PartialEq)]
enum Address<'v> {
    NotAbsolute,
    NamesId(&'v str),
    /// An OID has no id of a resource in it.
    NamesNoId,
}

impl<'v> Address<'v> {
    fn of(url: &'v str, kind: &str) -> Self {
        let is_sound = |is_sound, sound| if is_sound { sound } else { Self::NotAbsolute };
        if let Some(id) = url.strip_prefix("urn:uuid:") {
            return is_sound(is_canonical_uuid(id), Self::NamesId(id));
        }
        if let Some(oid) = url.strip_prefix("urn:oid:") {
            let is_number = |arc: &str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
            return is_sound(oid.split('.').all(is_number), Self::NamesNoId);
        }
        let on_server = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let (server_and_type, id) =
            on_server.and_then(|url| url.rsplit_once('/')).unwrap_or_default();
        let (server, named) = server_and_type.rsplit_once('/').unwrap_or_default();
        is_sound(!server.is_empty() && named == kind && !id.is_empty(), Self::NamesId(id))
    }
}

fn is_canonical_uuid(text: &str) -> bool {
    Uuid::try_parse(text)
        .is_ok_and(|uuid| uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_addresses_count() {
        let id = "305fecc2-4ba2-46cc-9ccd-efa755aff51d";
        assert_eq!(Address::of(&format!("urn:uuid:{id}"), "Patient"), Address::NamesId(id));
        assert_eq!(Address::of("urn:oid:1.2.3", "Patient"), Address::NamesNoId);
        assert_eq!(
            Address::of("https://a.example/fhir/Patient/1", "Patient"),
            Address::NamesId("1")
        );
        for bad in [
            "Patient/1",
            "urn:uuid:305FECC2-4BA2-46CC-9CCD-EFA755AFF51D",
            "urn:uuid:12",
            "urn:oid:1..2",
            "https://a.example/fhir/Group/1",
            "https://Patient/1",
            "",
        ] {
            assert_eq!(Address::of(bad, "Patient"), Address::NotAbsolute, "{bad}");
        }
    }
}
