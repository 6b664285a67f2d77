//! Writes every message of a run to a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::dev::demo_environment::DemoEnvironment;

/// The file, opened before the run: a path that cannot be written is reported at once.
pub(crate) struct Capture {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Capture {
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let file =
            File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// Writes the messages of the simulator and the pushes, in order of time. Returns the count as text.
    ///
    /// Credentials are masked; the rest is unchanged.
    pub(crate) fn write(mut self, environment: &DemoEnvironment) -> anyhow::Result<String> {
        let mut lines: Vec<(String, serde_json::Value)> = environment
            .sandbox
            .journal()
            .snapshot()
            .iter()
            .map(|entry| entry.masked())
            .chain(environment.pushes())
            .map(|line| (line["at"].as_str().unwrap_or_default().to_owned(), line))
            .collect();
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        let count = lines.len();
        for (_, line) in lines {
            writeln!(self.file, "{line}")?;
        }
        self.file.flush()?;
        Ok(format!("{count} messages written to {}", self.path.display()))
    }
}
