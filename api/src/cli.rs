//! The command line: noun, then verb. Exit codes: 0 success, 1 negative result, 2 wrong
//! usage, 3 the system could not answer.

pub(crate) mod audit;
mod callbacks;
mod cert;
mod common;
mod discovery;
mod doctor;
mod erasure;
mod events;
mod explain;
mod facility;
mod hiu;
mod key;
mod link;
mod offline;
mod outbox;
mod projection;
mod replay;
pub(crate) mod sandbox;
pub(crate) mod serve;
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
    /// Directory of the embedded default: private database, keys and logs.
    #[arg(long, env = "HIP_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole story against the sandbox simulator, on the embedded default.
    Demo(demo::DemoArgs),
    /// Serve callbacks and the API, and process the resulting work.
    Serve(serve::ServeArgs),
    /// Migrate the database schema.
    Migrate,
    /// Check what is missing before the service can work, and say what to do.
    Doctor(doctor::DoctorArgs),
    /// Simulator of the outside world.
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    /// Visit documents.
    #[command(subcommand)]
    Visit(visit::Command),
    /// Facilities: pause and resume fetching of their visits.
    #[command(subcommand)]
    Facility(facility::Command),
    /// Health information users (HIUs) to which our session token is sent.
    #[command(subcommand)]
    Hiu(hiu::Command),
    /// Keys of clients, and key-encryption keys.
    #[command(subcommand)]
    Key(key::Command),
    /// FHIR documents of visits.
    #[command(subcommand)]
    Bundle(offline::bundle::Command),
    /// The implementation guide that validates documents.
    #[command(subcommand)]
    Ig(offline::ig::Command),
    /// The links of visits.
    #[command(subcommand)]
    Link(link::LinkCommand),
    /// Link tokens, and when the next one may be requested.
    #[command(subcommand)]
    Token(link::TokenCommand),
    /// Health-data encryption.
    #[command(subcommand)]
    Crypto(offline::crypto::Command),
    /// Erase a patient: destroy their keys and delete all stored data. This cannot be undone.
    Erase(erasure::erase::EraseArgs),
    /// The journal of erasures outside the database.
    #[command(subcommand)]
    Erasures(erasure::erasures::Command),
    /// Explain an error code of the network, and say what to do.
    Error(offline::error::ErrorArgs),
    /// Print the description of the REST interface, OpenAPI 3.1.
    Openapi,
    /// The event log, event by event.
    #[command(subcommand)]
    Events(events::Command),
    /// Explain why a patient does not see a record: the first step that failed, and what to do.
    Explain(explain::ExplainArgs),
    /// Callbacks of the gateway, and their state.
    #[command(subcommand)]
    Callbacks(callbacks::Command),
    /// Replay what failed.
    Replay(replay::ReplayArgs),
    /// The tasks that follow from events.
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// Read models: progress and rebuild.
    #[command(subcommand)]
    Projection(projection::Command),
    /// Verify the log and print proofs.
    #[command(subcommand)]
    Audit(audit::Command),
    /// NHA's certification cases and their evidence.
    #[command(subcommand)]
    Cert(cert::Command),
    /// How patients were matched in discoveries.
    #[command(subcommand)]
    Discovery(discovery::Command),
    /// Benchmarks, with reference measurements of the same run.
    #[command(subcommand)]
    Bench(bench::Command),
}

/// Runs a command and returns its exit code.
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
        Command::Bundle(command) => offline::bundle::run(&command),
        Command::Ig(command) => offline::ig::run(&command),
        Command::Link(command) => link::run(command).await,
        Command::Token(command) => link::run_token(command).await,
        Command::Crypto(command) => offline::crypto::run(&command),
        Command::Erase(options) => erasure::erase::run(options).await,
        Command::Erasures(command) => erasure::erasures::run(command, data_dir).await,
        Command::Error(options) => Ok(offline::error::run(&options)),
        Command::Openapi => Ok(offline::openapi::run()),
        Command::Events(command) => events::run(command, data_dir).await,
        Command::Explain(options) => explain::run(options, data_dir).await,
        Command::Callbacks(command) => callbacks::run(command).await,
        Command::Replay(options) => replay::run(options, data_dir).await,
        Command::Outbox(command) => outbox::run(command, data_dir).await,
        Command::Projection(command) => projection::run(command, data_dir).await,
        Command::Audit(command) => audit::run(command, data_dir).await,
        Command::Cert(command) => cert::run(command, data_dir).await,
        Command::Discovery(command) => discovery::run(command, data_dir).await,
        Command::Bench(command) => bench::run(command, data_dir).await,
    }
}
