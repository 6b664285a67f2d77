//! The parts of `StructureDefinition` that rules are made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::CompileError;
use super::input::Input;
use super::terms::TermFiles;
use super::tree::Tree;

/// Where the definitions of R4 itself live.
pub(super) const R4: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Everything that was read, by address.
pub(super) struct Definitions {
    pub(super) package: String,
    pub(super) version: String,
    pub(super) trees: BTreeMap<String, Tree>,
    pub(super) terms: TermFiles,
}

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guide {
    package_id: String,
    #[serde(default)]
    version: String,
}

impl Definitions {
    pub(super) fn read(inputs: &[Input]) -> Result<Self, CompileError> {
        let (package, version) = (String::new(), String::new());
        let (trees, terms) = (BTreeMap::new(), TermFiles::default());
        let mut all = Self { package, version, trees, terms };
        for (file, content) in inputs.iter().flat_map(|input| &input.files) {
            all.take(file, content)?;
        }
        Ok(all)
    }

    /// The kind of resource in a file shows in its name, as in every published package.
    fn take(&mut self, file: &str, content: &[u8]) -> Result<(), CompileError> {
        if file.starts_with("StructureDefinition-") {
            let definition: StructureDefinition = parse(file, content)?;
            if definition.kind != "logical" && !self.trees.contains_key(&definition.url) {
                self.trees.insert(definition.url.clone(), Tree::of(definition)?);
            }
        } else if file.starts_with("ValueSet-") {
            self.terms.value_set(parse(file, content)?);
        } else if file.starts_with("CodeSystem-") {
            self.terms.code_system(parse(file, content)?);
        } else if file == "code-systems.json" {
            self.terms.systems(parse(file, content)?);
        } else if file == "valueset-expansions.json" {
            self.terms.expansions(parse(file, content)?);
        } else if file.starts_with("ImplementationGuide-") && self.package.is_empty() {
            let guide: Guide = parse(file, content)?;
            (self.package, self.version) = (guide.package_id, guide.version);
        }
        Ok(())
    }

    /// The definition that R4 gives to a type.
    pub(super) fn of_type(&self, name: &str) -> Option<&Tree> {
        self.trees.get(&format!("{R4}{name}"))
    }
}

fn parse<T: DeserializeOwned>(file: &str, content: &[u8]) -> Result<T, CompileError> {
    // Some editors put a byte order mark in front of UTF-8.
    serde_json::from_slice(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content))
        .map_err(|source| CompileError::Json { file: file.to_owned(), source })
}
