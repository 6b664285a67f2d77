//! `hip discovery …`: how patients were matched.

mod what_if;

use std::path::Path;

use crate::output::ExitStatus;

/// Commands on discoveries.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show what other thresholds would have changed in the discoveries of the log: won, lost, changed.
    WhatIf(what_if::DiscoveryWhatIfArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::WhatIf(options) => what_if::run(&options, data_dir).await,
    }
}
