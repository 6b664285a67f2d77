//! Every event that was ever stored can still be read: one golden file for each, for ever.

use std::collections::BTreeSet;
use std::fs;

use hip_domain::event::Event;
use serde_json::Value;

use super::root;

/// What each golden file is named after, and holds.
fn golden() -> Vec<(String, Value)> {
    let folder = root().join("tests/fixtures/events");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        })
        .collect()
}

#[test]
fn every_golden_event_reads_and_writes_as_it_is() {
    for (name, stored) in golden() {
        let event = Event::decode(&name, 1, stored.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(event.name(), name);
        assert_eq!(event.to_clear_json(), stored, "{name} is written in another shape");
    }
}

#[test]
fn every_event_has_a_golden_file() {
    let golden: BTreeSet<String> = golden().into_iter().map(|(name, _)| name).collect();
    let mut sources = vec![root().join("domain/src")];
    let mut names = BTreeSet::new();
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            sources.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let renamed = text.split("rename = \"").skip(1).filter_map(|rest| rest.split('"').next());
        names.extend(renamed.filter(|name| name.contains('.')).map(str::to_owned));
    }
    assert!(names.len() > 40, "{names:?}");
    assert_eq!(names, golden);
}

#[test]
fn newer_and_unknown_events_are_not_decoded() {
    assert!(
        Event::decode("consent.revoked", 2, br#"{"consent.revoked":{"consent_id":"c"}}"#).is_err()
    );
    assert!(Event::decode("consent.eaten", 1, b"{}").is_err());
    assert!(Event::decode("something", 1, b"{}").is_err());
}
