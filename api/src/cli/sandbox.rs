//! `hip sandbox`: the outside world as a simulator.

mod conformance;
mod up;

use std::path::Path;

pub(crate) use conformance::SUITE_SECTIONS;

use crate::dev::campaign;
use crate::output::ExitStatus;
use crate::telemetry;

/// Commands of the simulator.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Start it, print its addresses, and run until Ctrl-C.
    Up(up::SandboxUpArgs),
    /// Run every flow of milestone M2, success and refusal, against this HIP; print a table at the end.
    Conformance(conformance::SandboxConformanceArgs),
    /// Run two nodes while they, their connections and their database fail; report what was lost, doubled,
    /// leaked or late.
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
