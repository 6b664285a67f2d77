//! From the definitions that a guide publishes to tables.
//!
//! ```text
//! Input ─► Definition, TermFiles ─► Tree (elements with their parts and slices) ─► Shapes ─► Tables
//! ```
//! The compiler drops what cannot make a document wrong: prose, examples, mappings, preferred
//! bindings. It refuses what it does not understand: an invariant without a function, a
//! discriminator without a fixed value. So nothing that the guide asks for is skipped in silence.

mod check;
mod choice;
mod definition;
mod definitions;
mod element;
mod error;
mod input;
mod intern;
mod shape;
mod slicing;
mod target;
mod term_files;
mod terms;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

pub use self::error::CompileError;
pub use self::input::{Input, InputError};

use self::definitions::Definitions;
use self::shape::Compiler;
use super::codec::Record;
use super::manifest::Manifest;
use super::table::Tables;
use super::{FORMAT, LoadError, Rules};

/// Rules as they were compiled.
#[derive(Debug, PartialEq)]
pub struct Compiled {
    manifest: Manifest,
    tables: Tables,
}

impl Compiled {
    /// Which guide, from which files.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The rule file. The same inputs give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = FORMAT.as_bytes().to_vec();
        let manifest = serde_json::to_string(&self.manifest).expect("plain text always serialises");
        manifest.write(&mut bytes);
        self.tables.write(&mut bytes);
        bytes
    }

    /// The rules, without a detour through bytes.
    ///
    /// # Errors
    ///
    /// None that a tested compiler brings about.
    pub fn into_rules(self) -> Result<Rules, LoadError> {
        Rules::of(self.manifest, self.tables)
    }
}

/// Compiles definitions; the first input is the guide, the others what it stands on.
///
/// # Errors
///
/// [`CompileError`] names the element or file that is not understood.
pub fn compile(inputs: &[Input]) -> Result<Compiled, CompileError> {
    let definitions = Definitions::read(inputs)?;
    let manifest = Manifest {
        package: definitions.package.clone(),
        version: definitions.version.clone(),
        fhir_version: "4.0.1".to_owned(),
        sources: inputs.iter().map(Input::source).collect(),
    };
    Ok(Compiled { manifest, tables: Compiler::new(&definitions)?.run()? })
}

/// Compiles folders and package files (`.tgz`) into the rule file `out`.
///
/// # Errors
///
/// As [`compile`], and when a file cannot be read or written.
pub fn compile_folder(paths: &[PathBuf], out: &Path) -> Result<Manifest, CompileError> {
    let inputs = paths.iter().map(|path| Input::read(path)).collect::<Result<Vec<_>, _>>()?;
    let compiled = compile(&inputs)?;
    fs::write(out, compiled.to_bytes())
        .map_err(|source| InputError::Io { path: out.to_owned(), source })?;
    Ok(compiled.manifest)
}
