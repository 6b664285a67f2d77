//! `hip visit push FILE.ndjson`, and `-`: documents, one per line, sent and answered as a stream.

mod source;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use self::source::Source;
use crate::cli::common::server::{Server, eprint_problem, warn_of};
use crate::output::{ExitStatus, print_error, print_line};

/// Time after which a progress bar is shown.
const BAR_AFTER: Duration = Duration::from_secs(2);

/// Whether the input is a stream of documents: a file of lines, or standard input.
pub(super) fn is_one(file: &Path) -> bool {
    is_stdin(file) || file.extension().is_some_and(|extension| extension == "ndjson")
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Sends it, and prints a result for each line.
pub(super) async fn push(file: &Path, server: &Server) -> anyhow::Result<ExitStatus> {
    let (source, length) = if is_stdin(file) {
        (Source::stdin()?, None)
    } else {
        let (source, length) = Source::file(file).await?;
        (source, Some(length))
    };
    let name = if is_stdin(file) { "-".to_owned() } else { file.display().to_string() };
    let sent = source.sent_bytes();
    let body = reqwest::Body::wrap(source);
    let mut response = server.stream("/v1/visits", "application/x-ndjson", body).await?;
    let status = response.status();
    if !status.is_success() {
        bail!("the server answered {status}");
    }
    let mut results = Results { name, bar: Bar::new(length), ..Results::default() };
    let mut rest = Vec::new();
    while let Some(chunk) = response.chunk().await.with_context(|| results.broken_off())? {
        rest.extend_from_slice(&chunk);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            results.take(&serde_json::from_slice(&line).context("a result cannot be read")?);
            results.bar.show(sent.load(Ordering::Relaxed));
        }
    }
    results.end()
}

/// Counts of results so far.
#[derive(Default)]
struct Results {
    name: String,
    bar: Bar,
    last_line: u64,
    recorded: u64,
    known: u64,
    refused: u64,
    away: u64,
}

impl Results {
    fn take(&mut self, result: &Value) {
        self.last_line = result["line"].as_u64().unwrap_or_default();
        let place = format!("{}:{}", self.name, self.last_line);
        let code = result["visitCode"].as_str().unwrap_or_default();
        let status = result["status"].as_u64().unwrap_or_default();
        self.bar.bar.suspend(|| match status {
            201 => print_line(&format!("{place}: {code} recorded")),
            200 => print_line(&format!("{place}: {code} known already, nothing changed")),
            status => {
                print_error(&format!("{place}: {status}"));
                eprint_problem(&result["problem"]);
            }
        });
        self.bar.bar.suspend(|| warn_of(result));
        match status {
            201 => self.recorded += 1,
            200 => self.known += 1,
            500.. => self.away += 1,
            _ => self.refused += 1,
        }
    }

    fn broken_off(&self) -> String {
        format!(
            "{} broke off after line {}; send it again, what was recorded is known",
            self.name, self.last_line
        )
    }

    fn end(self) -> anyhow::Result<ExitStatus> {
        self.bar.bar.finish_and_clear();
        let Self { name, recorded, known, refused, away, .. } = self;
        print_line(&format!(
            "{name}: {recorded} recorded, {known} known already, {refused} refused"
        ));
        if away > 0 {
            bail!("{away} lines of {name} were not looked at; send it again");
        }
        Ok(if refused > 0 { ExitStatus::Negative } else { ExitStatus::Success })
    }
}

/// Progress bar, on a terminal, for long uploads.
struct Bar {
    bar: ProgressBar,
    begun_at: Instant,
}

impl Default for Bar {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Bar {
    fn new(length: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let style = match length {
            Some(_) => "{wide_bar} {bytes}/{total_bytes}, {eta} left",
            None => "{spinner} {bytes} sent",
        };
        let style = ProgressStyle::with_template(style).expect("our own templates are good");
        Self { bar: bar.with_style(style), begun_at: Instant::now() }
    }

    fn show(&self, sent_bytes: u64) {
        if self.bar.is_hidden() && self.begun_at.elapsed() > BAR_AFTER {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(sent_bytes);
    }
}
