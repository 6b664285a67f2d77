//! Logs what happened, never personal data.
//!
//! Events carry ids, codes, counts and durations. Personal data is in `Phi`, which prints as
//! `‹redacted›`; secrets are `secrecy` values.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Default log level, unless `HIP_LOG` is set.
const DEFAULT: &str = "info";

fn filter() -> EnvFilter {
    EnvFilter::try_from_env("HIP_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT))
}

/// Logs panics with their location only. Their texts may quote data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic: this is a bug in hip");
    }));
}

/// Logs as JSON lines on standard error.
pub(crate) fn to_stderr() {
    log_panics();
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter())
        .with_writer(std::io::stderr)
        .try_init();
}

/// Logs as JSON lines in a file, spans with their durations included.
pub(crate) fn to_file(path: &Path) -> anyhow::Result<()> {
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("the log file {} cannot be written", path.display()))?;
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter())
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(Mutex::new(file))
        .try_init();
    Ok(())
}
