//! What a message looks like, so that it can be compared with another of its conversation, and read by
//! nobody.

use hip_domain::id::FacilityId;
use hip_domain::outbound::Sent;
use serde_json::Value;
use uuid::Uuid;

use super::request_builder::{OutgoingRequest, RequestTarget};
use crate::patients::lookup::LookupKey;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// More members than this are not told apart: an answer to a patient with hundreds of records.
const MEMBER_COUNT_MAX: usize = 400;

/// Hex digits of a hash: enough to tell two values of one place apart.
const HASH_LENGTH: usize = 16;

/// What is to be sent. A page is the same bytes whenever it is sent, so its members are not looked at.
pub(super) async fn of(
    ports: &Ports,
    conversation: Uuid,
    composed: &OutgoingRequest,
) -> Result<Sent, TaskError> {
    let RequestTarget::Gateway(message) = &composed.message else {
        return Ok(Sent { target: "the HIU's push address".to_owned(), members: vec![] });
    };
    let body: Value = serde_json::from_slice(&message.body).unwrap_or_default();
    let mut values = Vec::new();
    leaves("$", &body, &mut values);
    values.sort();
    values.truncate(MEMBER_COUNT_MAX);
    let mut members = Vec::with_capacity(values.len());
    for (path, value) in values {
        let hash = hash(ports, &composed.facility, conversation, &path, &value).await?;
        members.push((path, hash));
    }
    Ok(Sent { target: message.path.to_owned(), members })
}

/// Keyed, and another in each conversation: equal values of two people are not seen to be equal.
async fn hash(
    ports: &Ports,
    facility: &FacilityId,
    conversation: Uuid,
    path: &str,
    value: &str,
) -> Result<String, TaskError> {
    let text = format!("{conversation}\n{path}\n{value}");
    let hash = ports.vault.pseudonym(facility, &LookupKey::Content(&text)).await?;
    Ok(hash.as_str()[..HASH_LENGTH].to_owned())
}

/// Every value that has no members of its own, with its path. The names of members are ours.
pub(crate) fn leaves(path: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                leaves(&format!("{path}.{name}"), member, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (n, item) in items.iter().enumerate() {
                leaves(&format!("{path}[{n}]"), item, into);
            }
        }
        leaf @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => into.push((path.to_owned(), leaf.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::leaves;

    #[test]
    fn every_value_has_one_path() {
        let mut found = Vec::new();
        let body = json!({ "a": [{ "b": 1 }, { "b": "x" }], "c": {}, "d": null });
        leaves("$", &body, &mut found);
        found.sort();
        let found: Vec<_> =
            found.iter().map(|(path, leaf)| (path.as_str(), leaf.as_str())).collect();
        let expected = [("$.a[0].b", "1"), ("$.a[1].b", "\"x\""), ("$.c", "{}"), ("$.d", "null")];
        assert_eq!(found, expected);
    }
}
