//! How often documents ask for memory.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::work::Workload;

/// The program that counts, beside ours: counting would slow everything here.
const NAME: &str = "hip-bench-allocations";

/// How it comes to be there.
pub(super) const HINT: &str =
    "allocations: not measured, build the program with `cargo build --release -p hip-reference`";

/// Blocks of memory that each piece of work asks for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Allocations {
    /// The check of the discharge summary, by a validator that was used before.
    pub(super) validate: u64,
    /// Reading the same text into JSON values.
    pub(super) read: u64,
    /// The consultation from its visit, checked and written.
    pub(super) build: u64,
}

/// Nothing when the program is missing.
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
