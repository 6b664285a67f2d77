//! The definitions and terms of the files of packages.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::definition::StructureDefinition;
use super::error::CompileError;
use super::input::Input;
use super::term_files::TermFiles;
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
