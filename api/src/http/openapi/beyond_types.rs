//! What bodies must be beyond their types: which members need which, and what words may hold. A derived
//! schema cannot say it.

use serde_json::{Value, json};

/// A reason: not blank, no control characters, no `@`. That it has no long number either is said in words.
const REASON: &str = "^[^@\\u0000-\\u001f\\u007f-\\u009f]*[^@\\s\\u0000-\\u001f\\u007f-\\u009f]\
                      [^@\\u0000-\\u001f\\u007f-\\u009f]*$";

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
    is_reason(&mut schemas["RequestErasure"]["properties"]["reason"], "the patient wishes it");
    is_reason(&mut schemas["OrderReplay"]["properties"]["why"], "the interpreter was mended");
}

/// One member, and not the other.
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
