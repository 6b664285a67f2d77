//! What a rule file says about itself.

use serde::{Deserialize, Serialize};

/// Which guide the rules are of, and from which files they were compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The package: `ndhm.in`.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The release of FHIR.
    pub fhir_version: String,
    /// In the order in which they were given; the first one that defines an address wins.
    pub sources: Vec<Source>,
}

/// A folder or package of definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The name of the folder or package file.
    pub name: String,
    /// How many files were read.
    pub file_count: usize,
    /// Over the names and contents of all files, sorted by name, in hexadecimal.
    pub sha256: String,
}
