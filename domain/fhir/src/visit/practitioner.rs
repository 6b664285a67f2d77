//! Who saw the patient.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PartialDate;
use super::values::dashes::with_dashes as dashed;

/// Everybody who had a part in the visit; at least one.
///
/// In JSON one person, or a list of them.
#[derive(Clone)]
pub struct Practitioners(Vec<Practitioner>);

impl Practitioners {
    /// In the order of the visit document.
    pub fn as_slice(&self) -> &[Practitioner] {
        &self.0
    }

    /// Who answers for the visit: the first with the role of an author, else the first of all.
    pub fn author(&self) -> &Practitioner {
        &self.0[self.author_index()]
    }

    pub(crate) fn author_index(&self) -> usize {
        self.0.iter().position(|person| person.has(PractitionerRole::Author)).unwrap_or(0)
    }
}

impl Serialize for Practitioners {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [person] => person.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Practitioners {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Practitioners;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a practitioner or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Practitioners, A::Error> {
        let person = Practitioner::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Practitioners(vec![person]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Practitioners, A::Error> {
        let people = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        if people.is_empty() {
            return Err(A::Error::custom("no practitioner"));
        }
        Ok(Practitioners(people))
    }
}

/// A person at the facility who had a part in the visit.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Practitioner {
    /// Login number in the record system.
    pub user_id: String,
    /// Name in any script.
    pub full_name: String,
    /// Healthcare Professionals Registry number, 14 digits; read with or without dashes and kept
    /// with them.
    #[serde(default, deserialize_with = "with_dashes", skip_serializing_if = "Option::is_none")]
    pub hpr_id: Option<String>,
    /// Number in the register of a council, such as a state medical council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
    /// Name of that council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_council: Option<String>,
    /// The employer's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<String>,
    /// Phone at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_no: Option<String>,
    /// Mail at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// As printed under the name: `MBBS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// Post held: `Medical Officer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designation: Option<String>,
    /// What this person did in the visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<PractitionerRole>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Internal; never leaves in a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<PartialDate>,
}

impl Practitioner {
    /// Whether the visit document gives this person that role.
    pub fn has(&self, role: PractitionerRole) -> bool {
        self.roles.contains(&role)
    }
}

/// What somebody did in the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PractitionerRole {
    /// Wrote the documents of the visit.
    Author,
    /// Signed them.
    Attester,
    /// Was responsible for the patient.
    Attending,
    /// Was asked for advice.
    Consultant,
    /// Sent the patient.
    Referrer,
    /// Read the results.
    Interpreter,
    /// Did what was done.
    Performer,
}

fn with_dashes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(|number| Some(dashed(&number).into_owned()))
}
