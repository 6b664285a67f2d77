//! `hip cert …`: NHA's certification for milestone M2.

mod evidence;
mod manifest;
mod run;

use std::path::Path;

use crate::output::ExitStatus;

/// Commands of the certification.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Drive the simulator through NHA's cases, against this HIP on the embedded default.
    Run(run::CertRunArgs),
    /// Write NHA's evidence manifest from the log: of a run with the simulator, or in the real sandbox.
    Manifest(manifest::CertManifestArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Run(options) => Box::pin(run::run(options, data_dir)).await,
        Command::Manifest(options) => manifest::run(&options, data_dir).await,
    }
}
