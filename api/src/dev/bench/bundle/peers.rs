//! Another validator on documents of the same kinds, in the same minute.
//!
//! `domain/fhir/peer-bench` is a workspace of its own, since the peer pins its versions and brings three
//! hundred crates; and the peer needs the guide's definitions, which are not ours to carry.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// A validator and a document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Peer {
    pub(super) validator: String,
    pub(super) document: String,
    pub(super) p50_us: f64,
    /// Nothing from what only reads.
    pub(super) verdict: Option<String>,
}

/// What the program says about the guide in `definitions`.
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
