//! Which members of a body need which: what a derived schema cannot say.

use serde_json::{Value, json};

/// Says so in the schemas that are derived.
pub(super) fn tell(schemas: &mut Value) {
    for body in ["AuditPatient", "RequestErasure"] {
        schemas[body]["oneOf"] = json!([
            only("abhaAddress", "patientReference"),
            only("patientReference", "abhaAddress"),
        ]);
    }
    schemas["RequestErasure"]["anyOf"] = json!([
        { "required": ["dryRun"], "properties": { "dryRun": { "const": true } } },
        { "required": ["reason"], "properties": { "reason": { "type": "string" } } },
    ]);
    schemas["OrderReplay"]["anyOf"] = json!([
        { "required": ["requests"], "properties": { "requests": { "type": "array", "minItems": 1 } } },
        { "required": ["where"], "properties": { "where": { "type": "object" } } },
    ]);
}

/// One member, and not the other.
fn only(member: &str, other: &str) -> Value {
    json!({
        "required": [member],
        "properties": { member: { "type": "string" }, other: { "type": "null" } },
    })
}
