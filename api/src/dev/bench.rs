//! `hip bench`: measurements, each beside its ceiling in the same run.
//!
//! A figure of one machine says nothing about another, so every goal is a ratio to something that
//! was measured in the same minute: the same disk, the same neighbours. Rounds are interleaved and
//! all of them are published.

mod agree;
mod append;
mod bundle;
mod goal;
mod machine;
mod rebuild;
mod sample;
mod seal;

use std::path::Path;

use crate::output::ExitStatus;

/// Measurements.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// The verdicts on documents with one edit, beside those of HAPI's validator.
    Agree(agree::BenchAgreeArgs),
    /// Appending to the log, beside pgbench and cqrs-es over postgres-es.
    Append(append::BenchAppendArgs),
    /// A visit becomes a document, a document is checked.
    Bundle(bundle::BenchBundleArgs),
    /// A document is checked: the second half of `bundle`.
    Validate(bundle::How),
    /// Every read model built anew over a long log, while the service goes on.
    Rebuild(rebuild::BenchRebuildArgs),
    /// Sealing a page, beside the encryption that nobody can avoid.
    Seal(seal::BenchSealArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Agree(options) => agree::run(&options),
        Command::Append(options) => Box::pin(append::run(options, data_dir)).await,
        Command::Bundle(options) => bundle::run(&options),
        Command::Validate(how) => bundle::validate(&how),
        Command::Rebuild(options) => Box::pin(rebuild::run(options, data_dir)).await,
        Command::Seal(options) => Ok(seal::run(&options)),
    }
}
