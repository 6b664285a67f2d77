//! The documents that are edited: our own, and those in the given folders.

use std::fs;
use std::path::{Path, PathBuf};

use abdm_fhir::{VisitDocument, documents as build};
use anyhow::Context;
use chrono::DateTime;
use hip_commands::visits::visit_revision::context;
use serde_json::Value;

/// Visits that give documents of most types.
const VISITS: [(&str, &str); 2] = [
    ("consultation", include_str!("../bundle/consultation.json")),
    ("stay", include_str!("../bundle/stay.json")),
];

/// Returns documents sorted by name, so that the order does not depend on the file system.
pub(super) fn documents<'f>(
    folders: impl Iterator<Item = &'f PathBuf>,
) -> anyhow::Result<Vec<(String, Value)>> {
    let mut documents = own()?;
    for folder in folders {
        documents.extend(in_folder(folder)?);
    }
    documents.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(documents)
}

fn own() -> anyhow::Result<Vec<(String, Value)>> {
    let mut documents = vec![];
    for (name, text) in VISITS {
        let visit = VisitDocument::parse(text.as_bytes())
            .map_err(|errors| anyhow::anyhow!("the bench's own visit is not valid: {errors:?}"))?;
        for built in build(&visit, &context(&visit, 1, DateTime::UNIX_EPOCH)).built {
            documents
                .push((format!("{name} {}", built.hi_type), serde_json::from_str(&built.json)?));
        }
    }
    Ok(documents)
}

/// Returns the document bundles in a folder and in its subfolder `example`, which published guides have.
fn in_folder(folder: &Path) -> anyhow::Result<Vec<(String, Value)>> {
    let mut documents = vec![];
    for folder in [folder.to_owned(), folder.join("example")] {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let content = fs::read(&path).with_context(|| path.display().to_string())?;
            let document: Value = serde_json::from_slice(&content)
                .with_context(|| format!("{} is not JSON", path.display()))?;
            if document["resourceType"] == "Bundle" && document["type"] == "document" {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                documents.push((name.unwrap_or_default(), document));
            }
        }
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_in_a_folder_and_beside_the_guides_definitions() {
        let folder = tempfile::tempdir().unwrap();
        let example = folder.path().join("example");
        fs::create_dir(&example).unwrap();
        let document = r#"{"resourceType":"Bundle","type":"document"}"#;
        fs::write(folder.path().join("b.json"), document).unwrap();
        fs::write(example.join("a.json"), document).unwrap();
        fs::write(example.join("c.json"), r#"{"resourceType":"Patient"}"#).unwrap();
        fs::write(example.join("d.txt"), document).unwrap();
        let mut names: Vec<_> =
            in_folder(folder.path()).unwrap().into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["a.json", "b.json"]);
        assert!(own().unwrap().len() >= 6);
    }
}
