//! Other validators on the same document, and how often each asks for memory.
//!
//! They are measured by a program of their own: it counts allocations, which would slow everything
//! here, and it brings the versions of crates that the others pin.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::work::Workload;

/// The program, beside ours.
const NAME: &str = "hip-bench-validators";

/// One validator, ours among them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Peer {
    /// Its crate and version.
    pub(super) validator: String,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    /// For one document, after the first.
    pub(super) allocations: u64,
    /// What it has to say about a valid document.
    pub(super) verdict: String,
}

/// How the program comes to be there.
pub(super) const HINT: &str =
    "allocations and other validators: not measured, build the program with `./run bench`";

/// Nothing when the program is missing.
pub(super) fn measure(workload: &Workload) -> anyhow::Result<Vec<Peer>> {
    let program = std::env::current_exe()?.with_file_name(NAME);
    if !program.is_file() {
        return Ok(vec![]);
    }
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("the other validators cannot be run")?;
    let mut input = child.stdin.take().context("the program takes no document")?;
    input.write_all(workload.summary.as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("the other validators have failed: {}", output.status);
    }
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).context("they speak otherwise")).collect()
}
