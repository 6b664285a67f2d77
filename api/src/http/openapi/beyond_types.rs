//! Constraints on bodies beyond their types: members that depend on each other, and permitted words. A derived
//! schema cannot express them.

use serde_json::{Value, json};

/// A reason: not blank, no control characters, no `@`. The limit on long numbers is stated as text.
const REASON: &str = "^[^@\\u0000-\\u001f\\u007f-\\u009f]*[^@\\s\\u0000-\\u001f\\u007f-\\u009f]\
                      [^@\\u0000-\\u001f\\u007f-\\u009f]*$";

/// Adds the constraints to the derived schemas.
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
    is_reason(&mut schemas["RequestErasure"]["properties"]["reason"], "the patient wishes it");
    is_reason(&mut schemas["OrderReplay"]["properties"]["why"], "the interpreter was mended");
}

/// Requires one member without the other.
fn only(member: &str, other: &str) -> Value {
    json!({
        "required": [member],
        "properties": { member: { "type": "string" }, other: { "type": "null" } },
    })
}

fn is_reason(schema: &mut Value, example: &str) {
    schema["maxLength"] = json!(200);
    schema["pattern"] = json!(REASON);
    schema["example"] = json!(example);
}
