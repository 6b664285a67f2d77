//! Number of memory allocations for documents.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::work::Workload;

/// The program that counts, in the same directory as this one. Counting here would slow down every
/// measurement.
const NAME: &str = "hip-bench-allocations";

/// How to build the program.
pub(super) const HINT: &str =
    "allocations: not measured, build the program with `cargo build --release -p hip-reference`";

/// Number of allocations of each kind of work.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Allocations {
    /// Checking the discharge summary, with a validator that was used before.
    pub(super) validate: u64,
    /// Reading the same text into JSON values.
    pub(super) read: u64,
    /// Building the consultation from its visit, checked and serialized.
    pub(super) build: u64,
}

/// Runs the program. `None` if it is missing.
pub(super) fn measure(workload: &Workload) -> anyhow::Result<Option<Allocations>> {
    let program = std::env::current_exe()?.with_file_name(NAME);
    if !program.is_file() {
        return Ok(None);
    }
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{NAME} cannot be run"))?;
    let mut input = child.stdin.take().context("the program takes no documents")?;
    writeln!(input, "{}\n{}", workload.summary, Workload::visit()?)?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{NAME} has failed: {}", output.status);
    }
    Ok(Some(serde_json::from_slice(&output.stdout).context("it speaks otherwise")?))
}
