//! HAPI's validator, running in one process: it reads one document per line and answers with one verdict
//! per line.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};

/// The Java class to run.
const MAIN: &str = "HapiVerdicts";

pub(super) struct Referee {
    process: Child,
    documents: ChildStdin,
    verdicts: BufReader<ChildStdout>,
}

impl Referee {
    pub(super) fn start(class_path: &str, guide: &Path) -> anyhow::Result<Self> {
        Self::run(Command::new("java").args(["-cp", class_path, MAIN]).arg(guide))
    }

    fn run(command: &mut Command) -> anyhow::Result<Self> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = match started {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("there is no Java here: HAPI's validator needs version 17")
            }
            started => started.context("Java cannot be started")?,
        };
        let documents = process.stdin.take().context("the standard input was asked for")?;
        let verdicts = process.stdout.take().context("the standard output was asked for")?;
        Ok(Self { process, documents, verdicts: BufReader::new(verdicts) })
    }

    /// Returns the errors that HAPI finds in a document. The document must be one line.
    pub(super) fn errors(&mut self, json: &str) -> anyhow::Result<Vec<String>> {
        let mut verdict = String::new();
        // If the process has ended, the read below notices it. The reason is on its standard error.
        let sent = writeln!(self.documents, "{json}").and_then(|()| self.documents.flush());
        if sent.is_err() || self.verdicts.read_line(&mut verdict)? == 0 {
            let status = self.process.wait()?;
            bail!("HAPI's validator ended ({status}): see docs/validator-beside-hapi.md");
        }
        let mut parts = verdict.trim_end_matches('\n').split('\t');
        let count: usize = parts
            .next()
            .and_then(|count| count.parse().ok())
            .context("the class path holds another program: its lines are no verdicts")?;
        let errors: Vec<String> = parts.map(str::to_owned).collect();
        anyhow::ensure!(
            count == errors.len(),
            "a verdict names another number of errors than it has"
        );
        Ok(errors)
    }

    pub(super) fn close(self) -> anyhow::Result<()> {
        let Self { mut process, documents, verdicts: _ } = self;
        drop(documents);
        process.wait()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaking(script: &str) -> Referee {
        Referee::run(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn a_verdict_is_its_errors() {
        let mut referee = speaking("read line; echo 0; read line; printf '2\\ta | b\\tc\\n'");
        assert_eq!(referee.errors("{}").unwrap(), [""; 0]);
        assert_eq!(referee.errors("{}").unwrap(), ["a | b", "c"]);
        referee.close().unwrap();
    }

    #[test]
    fn another_program_and_a_missing_one_are_told() {
        assert!(speaking("read line; echo hello").errors("{}").is_err());
        assert!(speaking("read line; echo 2").errors("{}").is_err());
        assert!(speaking("exit 1").errors("{}").unwrap_err().to_string().contains("ended"));
        let missing = Referee::run(&mut Command::new("/there-is-no/java"));
        assert!(missing.err().unwrap().to_string().contains("no Java"));
    }
}
