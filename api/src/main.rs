//! `hip`: a Health Information Provider for ABDM in one binary.

mod app;
mod bridge_check;
mod cli;
mod console;
mod database;
mod dev;
mod failover;
mod http;
mod output;
mod path_segment;
mod read_models;
mod reapply_erasures;
mod room;
mod secrets;
mod service;
mod stop;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    // One TLS provider for every client; without it the HTTP client panics at its first use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    cli::run(cli::Arguments::parse()).await
}
