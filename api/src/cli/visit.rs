//! `hip visit push|validate|show|jobs`.

mod jobs;
mod stream;

use std::path::{Path, PathBuf};

use abdm_fhir::{VisitDocument, warnings};
use anyhow::Context;
use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::text_file;
use reqwest::StatusCode;
use serde_json::json;

use super::common::server::{Server, eprint_problem, warn_of};
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::path_segment::path_segment;

/// Commands on visit documents.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Send visit documents to a running `hip serve`.
    Push {
        /// JSON files, one visit each; `.ndjson` files and `-` (standard input), one visit per line.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        server: Server,
    },
    /// Check visit documents against their schema, without a server.
    Validate {
        /// JSON files, one visit each.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print one JSON object per file.
        #[arg(long)]
        json: bool,
    },
    /// Show the state of a visit.
    Show {
        /// The visit code.
        code: String,
        /// Id of the facility.
        #[arg(long)]
        facility: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Visits to fetch: due, given up, and why.
    Jobs(jobs::VisitJobsArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Push { files, server } => push(&files, &server).await,
        Command::Validate { files, json } => validate(&files, json),
        Command::Show { code, facility, server } => show(&code, facility.as_deref(), &server).await,
        Command::Jobs(options) => jobs::run(options, data_dir).await,
    }
}

async fn push(files: &[PathBuf], server: &Server) -> anyhow::Result<ExitStatus> {
    let mut answer = ExitStatus::Success;
    for file in files {
        if stream::is_one(file) {
            if matches!(stream::push(file, server).await?, ExitStatus::Negative) {
                answer = ExitStatus::Negative;
            }
            continue;
        }
        let (status, body) = server.send(server.post("/v1/visits", read(file)?)?).await?;
        match status {
            StatusCode::CREATED => print_line(&format!("{}: recorded", file.display())),
            StatusCode::OK => {
                print_line(&format!("{}: known already, nothing changed", file.display()));
            }
            status => {
                answer = ExitStatus::Negative;
                print_error(&format!("{}: {status}", file.display()));
                eprint_problem(&body);
            }
        }
        warn_of(&body);
    }
    Ok(answer)
}

fn validate(files: &[PathBuf], json: bool) -> anyhow::Result<ExitStatus> {
    let mut answer = ExitStatus::Success;
    for file in files {
        let result = VisitDocument::parse(&read(file)?);
        let odd =
            result.as_ref().map(|visit| warnings(visit, SystemClock.now())).unwrap_or_default();
        let name = file.display();
        match (&result, json) {
            (_, true) => {
                let errors = result.as_ref().err();
                print_json_line(
                    &json!({ "file": name.to_string(), "errors": errors, "warnings": odd }),
                );
            }
            (Ok(_), false) => {
                print_line(&format!("{name}: valid"));
                for warning in &odd {
                    print_line(&format!("{name}: warning: {}: {}", warning.path, warning.text));
                }
            }
            (Err(errors), false) => {
                for error in errors {
                    print_error(&format!("{name}: {}: {}", error.path, error.message));
                }
            }
        }
        if result.is_err() {
            answer = ExitStatus::Negative;
        }
    }
    Ok(answer)
}

async fn show(code: &str, facility: Option<&str>, server: &Server) -> anyhow::Result<ExitStatus> {
    let mut request = server.get(&format!("/v1/visits/{}", path_segment(code)))?;
    if let Some(facility) = facility {
        request = request.query(&[("facility", facility)]);
    }
    server.show(request).await
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    text_file::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
