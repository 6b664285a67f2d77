//! Places in a document where a fault can be put.

use serde_json::Value;

use super::Mutant;

/// A value, by its JSON pointer.
pub(super) struct Site {
    pub(super) pointer: String,
    /// `Observation.code.coding.system`: the type of the resource, and the names on the way to it.
    pub(super) path: String,
}

impl Site {
    /// The last name of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// The value around this one.
    pub(super) fn parent(&self) -> &str {
        self.pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The last step of the pointer.
    pub(super) fn key(&self) -> &str {
        self.pointer.rsplit('/').next().unwrap_or_default()
    }

    /// A document with a fault here.
    pub(super) fn mutant(&self, json: String) -> Mutant {
        let mut place = "Bundle".to_owned();
        for step in self.pointer.split('/').skip(1) {
            if step.bytes().all(|digit| digit.is_ascii_digit()) {
                place.extend(["[", step, "]"]);
            } else {
                place.extend([".", step]);
            }
        }
        Mutant { fault: self.path.clone(), place, json }
    }

    pub(super) fn is_item(&self) -> bool {
        self.key().bytes().all(|digit| digit.is_ascii_digit())
    }
}

/// Every value but the document itself.
pub(super) fn all(document: &Value) -> Vec<Site> {
    let mut sites = vec![];
    walk(document, "", "", &mut sites);
    sites
}

fn walk(value: &Value, pointer: &str, path: &str, sites: &mut Vec<Site>) {
    let of_resource = value["resourceType"].as_str();
    let path = of_resource.unwrap_or(path);
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let (pointer, path) = (format!("{pointer}/{name}"), format!("{path}.{name}"));
                sites.push(Site { pointer: pointer.clone(), path: path.clone() });
                walk(inner, &pointer, &path, sites);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                sites.push(Site { pointer: pointer.clone(), path: path.to_owned() });
                walk(inner, &pointer, path, sites);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
