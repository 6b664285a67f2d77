//! JSON merge patch (RFC 7396), with which a test makes a message invalid.

use serde_json::{Value, json};

/// Merges `patch` into `target`: null removes a member. A patch that is null itself changes nothing.
pub(crate) fn merge(target: &mut Value, patch: Value) {
    match patch {
        Value::Null => {}
        Value::Object(members) => {
            if !target.is_object() {
                *target = json!({});
            }
            for (name, member) in members {
                if member.is_null() {
                    if let Some(object) = target.as_object_mut() {
                        object.remove(&name);
                    }
                } else {
                    merge(&mut target[name], member);
                }
            }
        }
        other @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            *target = other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_replaced_added_and_removed() {
        let mut target = json!({"a": {"b": 1, "c": 2}, "d": 3});
        merge(&mut target, json!({"a": {"b": null, "e": [4]}, "d": {"f": 5}}));
        assert_eq!(target, json!({"a": {"c": 2, "e": [4]}, "d": {"f": 5}}));
        merge(&mut target, Value::Null);
        assert_eq!(target["a"]["c"], 2);
    }
}
