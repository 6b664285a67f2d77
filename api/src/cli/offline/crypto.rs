//! `hip crypto vectors`, `hip crypto explain`.

use std::path::PathBuf;

use abdm_fidelius::{explain, vectors};
use anyhow::Context;
use hip_infra::config::text_file;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Commands on health-data encryption.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Run a file of test vectors.
    Vectors {
        /// File with test vectors.
        file: PathBuf,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Check an HIU's public key and explain the result.
    Explain {
        /// `dhPublicKey.keyValue`, base64.
        key: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Vectors { file, json } => run_vectors(file, *json),
        Command::Explain { key, json } => {
            let explanation = explain::key(key);
            if *json {
                print_json_line(&explanation);
            } else {
                print_line(&explanation.to_string());
            }
            Ok(if explanation.accepted { ExitStatus::Success } else { ExitStatus::Negative })
        }
    }
}

fn run_vectors(file: &std::path::Path, json: bool) -> anyhow::Result<ExitStatus> {
    let text = text_file::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let summary = vectors::run(&text)?;
    for failure in &summary.failed {
        print_error(&format!("{}: {}: {}", failure.name, failure.step, failure.what));
    }
    if json {
        print_json_line(
            &serde_json::json!({ "passed": summary.passed, "failed": summary.failed.len() }),
        );
    } else {
        print_line(&format!("{} passed, {} failed", summary.passed, summary.failed.len()));
    }
    Ok(if summary.failed.is_empty() { ExitStatus::Success } else { ExitStatus::Negative })
}
