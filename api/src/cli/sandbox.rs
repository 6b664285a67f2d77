//! `hip sandbox`: the outside world as a twin.

mod conformance;
mod up;

use std::path::Path;

pub(crate) use conformance::SUITE_SECTIONS;

use crate::dev::campaign;
use crate::output::ExitStatus;
use crate::telemetry;

/// Commands of the twin.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Start it, print its addresses, and keep it until Ctrl-C.
    Up(up::SandboxUpArgs),
    /// Every flow of milestone M2, success and refusal, against this HIP; a table at the end.
    Conformance(conformance::SandboxConformanceArgs),
    /// Two nodes at work while they, their connections and their database are broken; what was lost, doubled,
    /// leaked or late at the end.
    Campaign(campaign::CampaignArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Up(options) => {
            telemetry::to_stderr();
            up::run(options, data_dir).await
        }
        Command::Conformance(options) => Box::pin(conformance::run(options, data_dir)).await,
        Command::Campaign(options) => Box::pin(campaign::run(options)).await,
    }
}
