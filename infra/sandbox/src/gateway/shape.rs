//! Schemas of bodies as constants, and the check of a body against its schema.
//!
//! The check is as strict as NHA's published schema. A wrong type, a missing member, an unknown member, and
//! null instead of a value are findings.

use serde_json::{Map, Value};

pub(crate) enum Shape {
    /// A string that the function accepts. The text completes the sentence "must be …".
    Text(fn(&str) -> bool, &'static str),
    OneOf(&'static [&'static str]),
    /// A whole number in a closed range. A number in quotes is not one.
    Integer(i64, i64),
    /// An ABHA number of 14 digits, as a number or a string, because NHA's files contradict each other.
    AbhaNumber,
    Object(&'static [Member]),
    List(&'static Shape),
}

pub(crate) struct Member {
    name: &'static str,
    required: bool,
    shape: &'static Shape,
}

/// A required member.
pub(crate) const fn must(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: true, shape }
}

/// An optional member. It may be absent, but not null.
pub(crate) const fn may(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: false, shape }
}

/// One error in a body. It contains the path and the rule, never the value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Path such as `patient[0].hiType`; empty for the body itself.
    pub(crate) path: String,
    pub(crate) rule: String,
}

impl Finding {
    pub(crate) fn sentence(&self) -> String {
        let path = if self.path.is_empty() { "body" } else { &self.path };
        format!("{path} {}", self.rule)
    }
}

impl Shape {
    /// All errors in `value`, in the order of the shape.
    pub(crate) fn check(&self, value: &Value) -> Vec<Finding> {
        let mut findings = vec![];
        self.visit("", value, &mut findings);
        findings
    }

    fn visit(&self, path: &str, value: &Value, findings: &mut Vec<Finding>) {
        if value.is_null() {
            findings.push(finding(path, "must not be null"));
            return;
        }
        match self {
            Self::Text(fits, words) => {
                if !value.as_str().is_some_and(fits) {
                    findings.push(finding(path, &format!("must be {words}")));
                }
            }
            Self::OneOf(values) => {
                if !value.as_str().is_some_and(|text| values.contains(&text)) {
                    findings.push(finding(path, &format!("must be one of {}", values.join(", "))));
                }
            }
            Self::Integer(min, max) => {
                if !value.as_i64().is_some_and(|number| (*min..=*max).contains(&number)) {
                    let rule = format!("must be a whole number from {min} to {max}");
                    findings.push(finding(path, &rule));
                }
            }
            Self::AbhaNumber => {
                if abha_number(value).is_none() {
                    findings.push(finding(path, "must be 14 digits"));
                }
            }
            Self::Object(members) => match value.as_object() {
                Some(object) => visit_members(path, members, object, findings),
                None => findings.push(finding(path, "must be an object")),
            },
            Self::List(of) => match value.as_array() {
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        of.visit(&format!("{path}[{index}]"), item, findings);
                    }
                }
                None => findings.push(finding(path, "must be an array")),
            },
        }
    }
}

fn visit_members(
    path: &str,
    members: &[Member],
    object: &Map<String, Value>,
    findings: &mut Vec<Finding>,
) {
    let below = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    for member in members {
        match object.get(member.name) {
            Some(value) => member.shape.visit(&below(member.name), value, findings),
            None if member.required => findings.push(finding(&below(member.name), "is missing")),
            None => {}
        }
    }
    for name in object.keys() {
        if !members.iter().any(|member| member.name == name) {
            findings.push(finding(&below(name), "is not known here"));
        }
    }
}

fn finding(path: &str, rule: &str) -> Finding {
    Finding { path: path.to_owned(), rule: rule.to_owned() }
}

/// Reads an ABHA number from a number or a string; `None` if it does not have 14 digits.
pub(crate) fn abha_number(value: &Value) -> Option<u64> {
    let digits = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64()?.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (digits.len() == 14).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ANY: Shape = Shape::Text(|text| !text.is_empty(), "text");
    const SHAPE: Shape =
        Shape::Object(&[must("name", &ANY), may("list", &Shape::List(&Shape::Integer(1, 20)))]);

    #[test]
    fn every_kind_of_finding_names_its_place() {
        let findings = SHAPE.check(&json!({"list": [1, "2", 21], "error": null}));
        let sentences: Vec<String> = findings.iter().map(Finding::sentence).collect();
        assert_eq!(
            sentences,
            [
                "name is missing",
                "list[1] must be a whole number from 1 to 20",
                "list[2] must be a whole number from 1 to 20",
                "error is not known here",
            ]
        );
        assert_eq!(SHAPE.check(&json!({"name": null}))[0].sentence(), "name must not be null");
        assert_eq!(SHAPE.check(&json!([]))[0].sentence(), "body must be an object");
        assert_eq!(SHAPE.check(&json!({"name": "n"})), []);
    }
}
