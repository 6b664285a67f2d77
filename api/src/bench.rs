//! `hip bench`.

use crate::cli::Answer;

/// Measurements.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Placeholder.
    Append,
}

pub(crate) async fn run(_: Command) -> anyhow::Result<Answer> {
    Ok(Answer::No)
}
