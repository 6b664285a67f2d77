//! Every message of a run, in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::dev::demo_environment::DemoEnvironment;

/// The file, opened before the story begins: a path that cannot be written is known at once.
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

    /// Writes what the twin has seen and what was pushed, in the order of time. Credentials are
    /// masked; the rest is as it was on the wire. Returns how many, in words.
    pub(crate) fn write(mut self, stage: &DemoEnvironment) -> anyhow::Result<String> {
        let mut lines: Vec<(String, serde_json::Value)> = stage
            .sandbox
            .journal()
            .snapshot()
            .iter()
            .map(|entry| entry.masked())
            .chain(stage.pushes())
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
