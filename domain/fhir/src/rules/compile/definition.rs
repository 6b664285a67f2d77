//! The parts of `StructureDefinition` that rules are made of.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StructureDefinition {
    pub(super) url: String,
    /// `resource`, `complex-type`, `primitive-type` or `logical`.
    pub(super) kind: String,
    #[serde(rename = "abstract")]
    pub(super) is_abstract: bool,
    #[serde(rename = "type")]
    pub(super) of: String,
    pub(super) base_definition: Option<String>,
    pub(super) snapshot: Option<Snapshot>,
}

#[derive(Deserialize)]
pub(super) struct Snapshot {
    pub(super) element: Vec<ElementDefinition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ElementDefinition {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) slice_name: Option<String>,
    pub(super) slicing: Option<Slicing>,
    pub(super) min: u16,
    pub(super) max: String,
    pub(super) base: Option<Base>,
    pub(super) content_reference: Option<String>,
    #[serde(rename = "type", default)]
    pub(super) types: Vec<TypeRef>,
    #[serde(default)]
    pub(super) constraint: Vec<Constraint>,
    pub(super) binding: Option<Binding>,
    /// Among them `fixed[x]` and `pattern[x]`.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Slicing {
    #[serde(default)]
    pub(super) discriminator: Vec<Discriminator>,
    pub(super) rules: String,
}

#[derive(Deserialize)]
pub(super) struct Discriminator {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) path: String,
}

#[derive(Deserialize)]
pub(super) struct Base {
    pub(super) path: String,
    pub(super) max: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeRef {
    pub(super) code: String,
    #[serde(default)]
    pub(super) profile: Vec<String>,
    #[serde(default)]
    pub(super) target_profile: Vec<String>,
    #[serde(default)]
    extension: Vec<TypeExtension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeExtension {
    url: String,
    value_url: Option<String>,
}

impl TypeRef {
    /// The FHIR type behind a type of the expression language: `string` for `System.String`.
    pub(super) fn fhir_type(&self) -> Option<&str> {
        let named =
            self.extension.iter().find(|one| one.url.ends_with("structuredefinition-fhir-type"));
        named.and_then(|named| named.value_url.as_deref())
    }
}

#[derive(Deserialize)]
pub(super) struct Constraint {
    pub(super) key: String,
    pub(super) severity: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Binding {
    pub(super) strength: String,
    pub(super) value_set: Option<String>,
}
