//! Fingerprint of a message, to compare it with others of its conversation without storing its content.

use hip_domain::id::FacilityId;
use hip_domain::outbound::Sent;
use serde_json::Value;
use uuid::Uuid;

use super::request_builder::{OutgoingRequest, RequestTarget};
use crate::patients::lookup::LookupKey;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// Most members to include. A reply with hundreds of records has more.
const MEMBER_COUNT_MAX: usize = 400;

/// Length of a hash in hex digits: enough to distinguish two values of one member.
const HASH_LENGTH: usize = 16;

/// The fingerprint of a message. A page is always sent as the same bytes, so its members are left out.
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

/// A keyed hash that differs between conversations, so that equal values of two patients cannot be recognized.
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

/// Collects all values without members, each with its path. The member names are not personal data.
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
