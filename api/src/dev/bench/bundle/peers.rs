//! Measures another validator on documents of the same kinds, in the same run.
//!
//! `domain/fhir/peer-bench` is a workspace of its own, because the other validator pins its versions and
//! has 300 dependencies. It also needs the guide's definitions, which are not ours to distribute.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// Result of one validator on one document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Peer {
    pub(super) validator: String,
    pub(super) document: String,
    pub(super) p50_us: f64,
    /// `None` if the document was only read.
    pub(super) verdict: Option<String>,
}

/// Runs the program with the guide's definitions and returns its results.
pub(super) fn measure(program: &Path, definitions: &Path) -> anyhow::Result<Vec<Peer>> {
    let output = Command::new(program)
        .arg(definitions)
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    if !output.status.success() {
        bail!("{} has failed: {}", program.display(), output.status);
    }
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).context("it speaks otherwise")).collect()
}
