//! The observed error bodies of the gateway.

use serde_json::{Value, json};

/// The format of a refusal's body. All of them were observed (contract section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `{"error":{"code":"ABDM-1006: ","message":"…"}}`
    Object,
    /// `[{"error":{…}}]`
    Array,
    /// `{"code":"900901","message":"…","description":"…"}`
    Flat,
    /// `{"<field>":"…"}`, without a code.
    Field,
    /// Plain text, without a code.
    Text,
    /// An empty body.
    Empty,
}

impl ErrorForm {
    /// All forms, for tests that cover each of them.
    pub const ALL: [Self; 6] =
        [Self::Object, Self::Array, Self::Flat, Self::Field, Self::Text, Self::Empty];

    /// The body of a refusal in this form. Forms without a code ignore `code`.
    pub fn body(self, code: &str, message: &str) -> Value {
        match self {
            Self::Object => json!({"error": {"code": format!("{code}: "), "message": message}}),
            Self::Array => json!([{"error": {"code": code, "message": message}}]),
            Self::Flat => json!({"code": code, "message": message, "description": message}),
            Self::Field => json!({"abhaAddress": message}),
            Self::Text => json!(message),
            Self::Empty => Value::Null,
        }
    }
}
