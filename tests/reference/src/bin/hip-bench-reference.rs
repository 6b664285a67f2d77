//! `hip-bench-reference`: appends to `postgres-es` and prints one line of JSON.
//!
//! `hip bench append` runs it as the baseline of the same minute and machine. Exit status: 0; 2 for
//! wrong usage, 3 when the database does not play along.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hip_reference::bench::{Plan, run};

/// Appends to cqrs-es over postgres-es, as the baseline of `hip bench append`.
#[derive(Debug, Parser)]
struct Arguments {
    /// The database; tables are made in it and rows left behind.
    #[arg(long)]
    url: String,
    /// Commands in flight, each on a connection of its own.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    clients: u32,
    /// How long to measure, after one second of warming up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Events of each command, some 600 bytes each.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    events: u32,
    /// Streams that the commands go round in.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    streams: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match print_outcome(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut words = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                words = format!("{words}: {error}");
                cause = error.source();
            }
            // With nowhere to write to there is nobody to tell.
            let _ = writeln!(io::stderr(), "hip-bench-reference: {words}");
            ExitCode::from(3)
        }
    }
}

async fn print_outcome(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let plan = Plan {
        clients: arguments.clients,
        duration: Duration::from_secs(arguments.seconds),
        events_per_command: arguments.events,
        streams: arguments.streams,
    };
    let outcome = run(&arguments.url, plan).await?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
    Ok(())
}
