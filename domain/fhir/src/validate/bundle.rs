//! Rules of bundles that speak of several entries at once.

use super::entries::{Entries, Entry};
use super::finding::{Layer, Severity};
use super::place::Place;
use super::primitive::is_uuid;
use super::report::{Note, Report};
use super::tape::View;
use crate::rules::name::Name;

pub(super) fn check<'t>(bundle: View<'t>, entries: &Entries<'t>, report: &mut Report) {
    let is_document = bundle.is(Name::TYPE, "document");
    if entries.is_empty() {
        let note = Note::new("cardinality", "the document is empty", "add its Composition");
        error(report, Place::missing(bundle, "entry"), note);
    }
    let first = entries.list.first();
    if let Some(first) = first.filter(|first| is_document && first.kind != "Composition") {
        let message = "a document must begin with its Composition";
        let note = Note::new("bdl-11", message, "put the Composition into the first entry");
        error(report, first.at, note);
    }
    for entry in entries.doubles() {
        let message = "is used by an earlier entry of the same bundle";
        let place = entry.at.member(Name::FULL_URL).unwrap_or(entry.at);
        error(
            report,
            place,
            Note::new("bdl-7", message, "give each resource a fullUrl of its own"),
        );
    }
    not_in_a_document(bundle, report);
    for entry in &entries.list {
        one(entry, is_document, report);
    }
    not_absolute(bundle, entries, report);
}

/// Who writes one of them wrong writes all of them so: they are one finding.
fn not_absolute<'t>(bundle: View<'t>, entries: &Entries<'t>, report: &mut Report) {
    let mut places = entries.list.iter().filter_map(|entry| {
        let url = entry.full_url.filter(|url| !names_a_version(url))?;
        let is_wrong = Address::of(url, entry.kind) == Address::NotAbsolute;
        entry.at.member(Name::FULL_URL).filter(|_| is_wrong)
    });
    let Some(first) = places.next() else {
        return;
    };
    let (place, message) = match places.count() {
        0 => (first, "is not an absolute address of this resource".to_owned()),
        others => {
            let count = others + 1;
            let message =
                format!("{count} entries have a fullUrl that is no absolute address of theirs");
            (bundle.member(Name::ENTRY).unwrap_or(first), message)
        }
    };
    let mend =
        "write urn:uuid: with a UUID in small letters, urn:oid:, or http(s)://server/Type/id";
    error(report, place, Note::new("full-url", message, mend));
}

fn names_a_version(url: &str) -> bool {
    url.contains("/_history/")
}

fn error<'t>(report: &mut Report, place: impl Into<Place<'t>>, note: Note) {
    report.add(Severity::Error, Layer::Fhir, place.into(), note);
}

fn not_in_a_document(bundle: View<'_>, report: &mut Report) {
    let kind = bundle.text_of(Name::TYPE).unwrap_or_default();
    let is_search = kind == "searchset";
    if let Some(total) = bundle.member(Name::TOTAL).filter(|_| !is_search && kind != "history") {
        let message = "belongs to search results, not to a document";
        error(report, total, Note::new("bdl-1", message, "remove it"));
    }
}

fn one(entry: &Entry<'_>, is_document: bool, report: &mut Report) {
    let members = [
        (Name::SEARCH, "bdl-2", "search results"),
        (Name::REQUEST, "bdl-3", "transactions"),
        (Name::RESPONSE, "bdl-4", "answers to transactions"),
    ];
    for (name, rule, what) in members {
        if let Some(found) = entry.at.member(name).filter(|_| is_document) {
            let message = format!("belongs to {what}, not to a document");
            error(report, found, Note::new(rule, message, "remove it"));
        }
    }
    if entry.resource.is_none() {
        let place = Place::missing(entry.at, "resource");
        error(
            report,
            place,
            Note::new("bdl-5", "the entry holds no resource", "add it, or remove the entry"),
        );
    }
    match (entry.full_url, entry.at.member(Name::FULL_URL)) {
        (Some(url), Some(place)) => full_url(entry, url, place, report),
        _ if is_document => {
            let message = "is missing: nothing can point at this entry";
            let mend = "add urn:uuid: and the id of the resource";
            error(
                report,
                Place::missing(entry.at, "fullUrl"),
                Note::new("full-url", message, mend),
            );
        }
        _ => {}
    }
}

fn full_url<'t>(entry: &Entry<'t>, url: &str, place: View<'t>, report: &mut Report) {
    if names_a_version(url) {
        let message = "names one version of the resource instead of the resource";
        error(report, place, Note::new("bdl-8", message, "leave out /_history/ and what follows"));
        return;
    }
    let id = entry.resource.and_then(|resource| resource.text_of(Name::ID));
    match Address::of(url, entry.kind) {
        // FHIR asks this of http addresses only.
        Address::OnServer(named) if id != Some(named) => {
            error(report, place, Note::new("resource-id", DIFFERS, "make id and fullUrl agree"));
        }
        Address::Uuid(named) if id != Some(named) => {
            let note = Note::new("resource-id", DIFFERS, "make id and fullUrl agree");
            report.add(Severity::Warning, Layer::Policy, place.into(), note);
        }
        Address::OnServer(_) | Address::Uuid(_) | Address::NamesNoId | Address::NotAbsolute => {}
    }
}

const DIFFERS: &str = "does not end with the id of the resource";

/// What a `fullUrl` says by its form.
#[derive(Debug, PartialEq)]
enum Address<'v> {
    NotAbsolute,
    Uuid(&'v str),
    OnServer(&'v str),
    /// An OID has no id of a resource in it.
    NamesNoId,
}

impl<'v> Address<'v> {
    fn of(url: &'v str, kind: &str) -> Self {
        let is_sound = |is_sound, sound| if is_sound { sound } else { Self::NotAbsolute };
        if let Some(id) = url.strip_prefix("urn:uuid:") {
            return is_sound(is_uuid(id), Self::Uuid(id));
        }
        if let Some(oid) = url.strip_prefix("urn:oid:") {
            let is_number = |arc: &str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
            return is_sound(oid.split('.').all(is_number), Self::NamesNoId);
        }
        let on_server = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let (server_and_type, id) =
            on_server.and_then(|url| url.rsplit_once('/')).unwrap_or_default();
        let (server, named) = server_and_type.rsplit_once('/').unwrap_or_default();
        is_sound(!server.is_empty() && named == kind && !id.is_empty(), Self::OnServer(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_addresses_count() {
        let id = "305fecc2-4ba2-46cc-9ccd-efa755aff51d";
        assert_eq!(Address::of(&format!("urn:uuid:{id}"), "Patient"), Address::Uuid(id));
        assert_eq!(Address::of("urn:oid:1.2.3", "Patient"), Address::NamesNoId);
        let on_server = Address::of("https://a.example/fhir/Patient/1", "Patient");
        assert_eq!(on_server, Address::OnServer("1"));
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
