//! Places in a document where an edit can be made.

use serde_json::Value;

/// A value in a document.
pub(super) struct Site {
    /// Its location as a JSON pointer.
    pub(super) pointer: String,
}

impl Site {
    /// The last step of the pointer: a member name, or the index of an item.
    pub(super) fn key(&self) -> &str {
        self.pointer.rsplit('/').next().unwrap_or_default()
    }

    /// The name of the member. For an item, the name of its list.
    pub(super) fn name(&self) -> &str {
        let mut steps = self.pointer.rsplit('/');
        steps.find(|step| !is_number(step)).unwrap_or_default()
    }

    pub(super) fn is_item(&self) -> bool {
        is_number(self.key())
    }

    pub(super) fn value<'d>(&self, document: &'d Value) -> &'d Value {
        document.pointer(&self.pointer).expect("the site is of this document")
    }

    pub(super) fn value_mut<'d>(&self, document: &'d mut Value) -> &'d mut Value {
        document.pointer_mut(&self.pointer).expect("the site is of this document")
    }

    /// The list or object that contains the value.
    pub(super) fn parent_mut<'d>(&self, document: &'d mut Value) -> &'d mut Value {
        self.around().value_mut(document)
    }

    pub(super) fn around(&self) -> Self {
        let parent = self.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        Self { pointer: parent.to_owned() }
    }
}

fn is_number(step: &str) -> bool {
    !step.is_empty() && step.bytes().all(|digit| digit.is_ascii_digit())
}

/// Returns every value except the document itself.
///
/// No name in FHIR contains `~` or `/`, so names need no escape.
pub(super) fn all(document: &Value) -> Vec<Site> {
    let mut sites = vec![];
    walk(document, "", &mut sites);
    sites
}

fn walk(value: &Value, pointer: &str, sites: &mut Vec<Site>) {
    let mut inner = |step: &dyn std::fmt::Display, value: &Value| {
        let pointer = format!("{pointer}/{step}");
        sites.push(Site { pointer: pointer.clone() });
        walk(value, &pointer, sites);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| inner(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| inner(&at, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
