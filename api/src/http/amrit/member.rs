//! The members of AMRIT's requests: texts that may also be numbers or `null`.

use serde::{Deserialize, Deserializer};

use super::envelope::Envelope;

/// A text in any JSON form; empty if absent. It may be personal, and is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Member(String);

impl Member {
    pub(super) fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// The text, or the error that this member is required.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Envelope> {
        self.get().ok_or_else(|| Envelope::failed(format!("{name} is needed")))
    }

    /// The text, if there is one.
    pub(super) fn get(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
            Nothing(()),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
            Written::Nothing(()) => String::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_a_text_a_number_or_nothing() {
        let members: Vec<Member> =
            serde_json::from_str(r#"[" a ", 12345678901234567, null, ""]"#).unwrap();
        let texts: Vec<_> = members.iter().map(Member::as_str).collect();
        assert_eq!(texts, ["a", "12345678901234567", "", ""]);
        assert_eq!(members[3].get(), None);
        assert!(serde_json::from_str::<Member>("{}").is_err());
    }
}
