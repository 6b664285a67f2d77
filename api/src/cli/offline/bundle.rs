//! `hip bundle build|validate|render`.

mod build;
mod render;
mod validate;

use crate::output::ExitStatus;

/// Commands on FHIR document bundles.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Build the documents of a visit, without a server; report what was not built, and why.
    Build(build::BundleBuildArgs),
    /// Validate bundles against the profiles of the national guide and the rules of the network.
    Validate(validate::BundleValidateArgs),
    /// Show a bundle as a patient's app would, and list the fields that would read "NA".
    Render(render::BundleRenderArgs),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Build(options) => build::run(options),
        Command::Validate(options) => validate::run(options),
        Command::Render(options) => render::run(options),
    }
}
