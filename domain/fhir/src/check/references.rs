//! What points where: every reference finds its entry, and every entry is found.

use serde_json::Value;

use super::entries::{Entries, Entry};
use super::finding::Report;
use super::json::Place;

/// Where a reference leads.
enum Target {
    Entry(usize),
    /// Inside the resource (`#id`), or a reference that names by identifier or display only.
    Elsewhere,
    /// An address on a server that is not part of the document.
    Outside,
    Nowhere,
}

pub(super) fn check(bundle: &Value, entries: &Entries<'_>, report: &mut Report) {
    let mut graph: Vec<Vec<usize>> = Vec::with_capacity(entries.list.len());
    let root = Place::Root("Bundle");
    let list = Place::Field(&root, "entry");
    for (index, entry) in entries.list.iter().enumerate() {
        let item = Place::Item(&list, index);
        let place = Place::Field(&item, "resource");
        let mut targets = vec![];
        walk(entry.resource, &place, &mut |reference, place| {
            if let Some(target) = one(reference, place, entry, entries, report) {
                targets.push(target);
            }
        });
        graph.push(targets);
    }
    if let Some(signature) = bundle.get("signature") {
        let nobody = Entry { full_url: None, resource: &Value::Null, kind: "" };
        walk(signature, &Place::Field(&root, "signature"), &mut |reference, place| {
            one(reference, place, &nobody, entries, report);
        });
    }
    reachable(entries, &graph, report);
}

/// Calls `visit` for every object with a `reference` text.
fn walk(value: &Value, place: &Place<'_>, visit: &mut dyn FnMut(&Value, &Place<'_>)) {
    match value {
        Value::Object(object) => {
            if object.get("reference").is_some_and(Value::is_string) {
                visit(value, place);
            }
            for (name, field) in object {
                walk(field, &Place::Field(place, name), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &Place::Item(place, index), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn one(
    reference: &Value,
    place: &Place<'_>,
    from: &Entry<'_>,
    entries: &Entries<'_>,
    report: &mut Report,
) -> Option<usize> {
    match target(reference, from, entries) {
        Target::Entry(index) => {
            let kind = entries.list[index].kind;
            if reference.get("type").is_some_and(|named| named != kind) {
                let path = Place::Field(place, "type");
                let message = format!("names another type than the entry has ({})", known(kind));
                report.error("reference-type", path, message);
            }
            Some(index)
        }
        Target::Outside => {
            let path = Place::Field(place, "reference");
            report.warning("reference-resolve", path, "points at a server outside the document");
            None
        }
        Target::Nowhere => {
            let path = Place::Field(place, "reference");
            let message =
                "points at nothing in the document: it must equal the fullUrl of an entry";
            report.error("reference-resolve", path, message);
            None
        }
        Target::Elsewhere => None,
    }
}

fn target(reference: &Value, from: &Entry<'_>, entries: &Entries<'_>) -> Target {
    let Some(address) = reference["reference"].as_str() else {
        return Target::Elsewhere;
    };
    if let Some(id) = address.strip_prefix('#') {
        let contained = from.resource["contained"].as_array().into_iter().flatten();
        // `#` alone is the resource itself.
        let is_there = id.is_empty() || contained.into_iter().any(|inner| inner["id"] == id);
        return if is_there { Target::Elsewhere } else { Target::Nowhere };
    }
    if let Some(index) = entries.at_url(address) {
        return Target::Entry(index);
    }
    if address.starts_with("http://") || address.starts_with("https://") {
        return Target::Outside;
    }
    // `Type/id` has a meaning only on the server that the pointing entry is on.
    let base = from
        .full_url
        .filter(|url| url.starts_with("http"))
        .and_then(|url| url.strip_suffix(from.resource["id"].as_str()?))
        .and_then(|url| url.strip_suffix(&format!("/{}/", from.kind)));
    let on_server = base.and_then(|base| entries.at_url(&format!("{base}/{address}")));
    on_server.map_or(Target::Nowhere, Target::Entry)
}

/// A reader starts at the Composition; what no path leads to will not be shown.
fn reachable(entries: &Entries<'_>, graph: &[Vec<usize>], report: &mut Report) {
    if entries.list.first().is_none_or(|first| first.kind != "Composition") {
        return;
    }
    // Provenance is the one that points at what it belongs to, not the other way round.
    let mut about: Vec<Vec<usize>> = vec![vec![]; graph.len()];
    for (index, entry) in entries.list.iter().enumerate() {
        if entry.kind == "Provenance" {
            graph[index].iter().for_each(|target| about[*target].push(index));
        }
    }
    let mut seen = vec![false; graph.len()];
    let mut open = vec![0];
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut seen[index], true) {
            open.extend(graph[index].iter().chain(&about[index]));
        }
    }
    for (index, _) in seen.iter().enumerate().filter(|(_, seen)| !**seen) {
        let message = "no reference leads from the Composition to this entry";
        report.warning("reachable", format!("Bundle.entry[{index}]"), message);
    }
}

/// A resource type is repeated in a message only when it looks like one.
fn known(kind: &str) -> &str {
    let is_plain = kind.len() <= 40 && kind.bytes().all(|letter| letter.is_ascii_alphabetic());
    if is_plain && !kind.is_empty() { kind } else { "unknown" }
}
