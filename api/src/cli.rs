//! The command line: noun, then verb. Exit 0 for good, 1 when the answer is "no", 2 for a wrong
//! call, 3 when the system could not answer.

mod access_log;
pub(crate) mod audit;
mod bundle;
mod callbacks;
mod cert;
mod crypto;
mod discovery;
mod doctor;
mod erase;
mod erasures;
mod error;
mod events;
mod explain;
mod facility;
mod hiu;
mod ig;
mod key;
mod link;
mod openapi;
mod person_args;
mod projection;
mod replay;
pub(crate) mod sandbox;
pub(crate) mod serve;
mod server;
mod visit;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use futures_util::FutureExt;
use hip_launcher::default_data_dir;

use crate::dev::{bench, demo};
use crate::output::{ExitStatus, OutputClosed, print_error};
use crate::telemetry;

/// A Health Information Provider for ABDM in one binary.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
pub(crate) struct Arguments {
    /// Where the private database, keys and logs of the embedded default live.
    #[arg(long, env = "HIP_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole story against the sandbox twin, on the embedded default.
    Demo(demo::DemoArgs),
    /// Serve callbacks and the API, and do the work that follows.
    Serve(serve::ServeArgs),
    /// Bring the database schema up to date.
    Migrate,
    /// What is missing before this can work, and what to do about it.
    Doctor(doctor::DoctorArgs),
    /// The outside world as a twin.
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    /// Visit documents.
    #[command(subcommand)]
    Visit(visit::Command),
    /// Facilities: whether their visits are fetched.
    #[command(subcommand)]
    Facility(facility::Command),
    /// Health information users (HIUs) that are shown our session token.
    #[command(subcommand)]
    Hiu(hiu::Command),
    /// Keys of clients, and key-encryption keys.
    #[command(subcommand)]
    Key(key::Command),
    /// FHIR documents of visits.
    #[command(subcommand)]
    Bundle(bundle::Command),
    /// The implementation guide that documents are checked by.
    #[command(subcommand)]
    Ig(ig::Command),
    /// The links of visits.
    #[command(subcommand)]
    Link(link::LinkCommand),
    /// Link tokens, and when the next may be asked for.
    #[command(subcommand)]
    Token(link::TokenCommand),
    /// Health-data encryption.
    #[command(subcommand)]
    Crypto(crypto::Command),
    /// Erase a person: destroy their keys, and let go of whatever is kept of them. There is no way back.
    Erase(erase::EraseArgs),
    /// The journal of erasures outside the database.
    #[command(subcommand)]
    Erasures(erasures::Command),
    /// What an error code of the network means, and what to do.
    Error(error::ErrorArgs),
    /// Print the description of the REST interface, OpenAPI 3.1.
    Openapi,
    /// The event log, event by event.
    #[command(subcommand)]
    Events(events::Command),
    /// Why does the patient not see a record? The first link that does not hold, and what to do.
    Explain(explain::ExplainArgs),
    /// What came from the gateway, and what became of it.
    #[command(subcommand)]
    Callbacks(callbacks::Command),
    /// Do again what failed.
    Replay(replay::ReplayArgs),
    /// Read models: how far they are, and building them anew.
    #[command(subcommand)]
    Projection(projection::Command),
    /// Proof that the log is whole.
    #[command(subcommand)]
    Audit(audit::Command),
    /// NHA's certification cases, and the evidence for them.
    #[command(subcommand)]
    Cert(cert::Command),
    /// How patients were recognised.
    #[command(subcommand)]
    Discovery(discovery::Command),
    /// Measurements, beside their ceilings in the same run.
    #[command(subcommand)]
    Bench(bench::Command),
}

/// Runs a command to its exit code.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    let answer = match arguments.data_dir.map_or_else(|| default_data_dir("hip"), Ok) {
        Ok(data_dir) => {
            let answer = AssertUnwindSafe(Box::pin(answer(arguments.command, &data_dir)));
            match answer.catch_unwind().await {
                Ok(answer) => answer,
                Err(payload) if payload.is::<OutputClosed>() => return ExitCode::SUCCESS,
                Err(payload) => std::panic::resume_unwind(payload),
            }
        }
        Err(error) => Err(error.into()),
    };
    match answer {
        Ok(ExitStatus::Success) => ExitCode::SUCCESS,
        Ok(ExitStatus::Negative) => ExitCode::from(1),
        Err(error) => {
            print_error(&format!("hip: {error:#}"));
            ExitCode::from(3)
        }
    }
}

async fn answer(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Demo(options) => Box::pin(demo::run(options, data_dir)).await,
        Command::Serve(options) => {
            telemetry::to_stderr();
            Box::pin(serve::run(options, data_dir)).await
        }
        Command::Migrate => serve::migrate(data_dir).await,
        Command::Doctor(options) => Ok(Box::pin(doctor::run(options, data_dir)).await),
        Command::Sandbox(command) => Box::pin(sandbox::run(command, data_dir)).await,
        Command::Visit(command) => visit::run(command, data_dir).await,
        Command::Facility(command) => facility::run(command, data_dir).await,
        Command::Hiu(command) => hiu::run(command, data_dir).await,
        Command::Key(command) => key::run(command, data_dir).await,
        Command::Bundle(command) => bundle::run(&command),
        Command::Ig(command) => ig::run(&command),
        Command::Link(command) => link::run(command).await,
        Command::Token(command) => link::run_token(command).await,
        Command::Crypto(command) => crypto::run(&command),
        Command::Erase(options) => erase::run(options).await,
        Command::Erasures(command) => erasures::run(command, data_dir).await,
        Command::Error(options) => Ok(error::run(&options)),
        Command::Openapi => Ok(openapi::run()),
        Command::Events(command) => events::run(command, data_dir).await,
        Command::Explain(options) => explain::run(options, data_dir).await,
        Command::Callbacks(command) => callbacks::run(command).await,
        Command::Replay(options) => replay::run(options, data_dir).await,
        Command::Projection(command) => projection::run(command, data_dir).await,
        Command::Audit(command) => audit::run(command, data_dir).await,
        Command::Cert(command) => cert::run(command, data_dir).await,
        Command::Discovery(command) => discovery::run(command, data_dir).await,
        Command::Bench(command) => bench::run(command, data_dir).await,
    }
}
