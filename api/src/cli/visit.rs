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

use super::server::{Server, complain_of, warn_of};
use crate::output::{Answer, complain, say, say_json};
use crate::path_segment::path_segment;

/// Commands on visit documents.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Send visit documents to a running `hip serve`.
    Push {
        /// JSON files, one visit each; `.ndjson` files and `-` (standard input), one visit a line.
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
        /// Print one JSON object a file.
        #[arg(long)]
        json: bool,
    },
    /// What became of a visit.
    Show {
        /// The visit code.
        code: String,
        /// Which facility's.
        #[arg(long)]
        facility: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Visits that are fetched: what is to be done, what was given up and why.
    Jobs(jobs::Options),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<Answer> {
    match command {
        Command::Push { files, server } => push(&files, &server).await,
        Command::Validate { files, json } => validate(&files, json),
        Command::Show { code, facility, server } => show(&code, facility.as_deref(), &server).await,
        Command::Jobs(options) => jobs::run(options, data_dir).await,
    }
}

async fn push(files: &[PathBuf], server: &Server) -> anyhow::Result<Answer> {
    let mut answer = Answer::Yes;
    for file in files {
        if stream::is_one(file) {
            if matches!(stream::push(file, server).await?, Answer::No) {
                answer = Answer::No;
            }
            continue;
        }
        let (status, body) = server.send(server.post("/v1/visits", read(file)?)?).await?;
        match status {
            StatusCode::CREATED => say(&format!("{}: recorded", file.display())),
            StatusCode::OK => say(&format!("{}: known already, nothing changed", file.display())),
            status => {
                answer = Answer::No;
                complain(&format!("{}: {status}", file.display()));
                complain_of(&body);
            }
        }
        warn_of(&body);
    }
    Ok(answer)
}

fn validate(files: &[PathBuf], json: bool) -> anyhow::Result<Answer> {
    let mut answer = Answer::Yes;
    for file in files {
        let result = VisitDocument::parse(&read(file)?);
        let odd =
            result.as_ref().map(|visit| warnings(visit, SystemClock.now())).unwrap_or_default();
        let name = file.display();
        match (&result, json) {
            (_, true) => {
                let errors = result.as_ref().err();
                say_json(&json!({ "file": name.to_string(), "errors": errors, "warnings": odd }));
            }
            (Ok(_), false) => {
                say(&format!("{name}: valid"));
                for warning in &odd {
                    say(&format!("{name}: warning: {}: {}", warning.path, warning.text));
                }
            }
            (Err(errors), false) => {
                for error in errors {
                    complain(&format!("{name}: {}: {}", error.path, error.message));
                }
            }
        }
        if result.is_err() {
            answer = Answer::No;
        }
    }
    Ok(answer)
}

async fn show(code: &str, facility: Option<&str>, server: &Server) -> anyhow::Result<Answer> {
    let mut request = server.get(&format!("/v1/visits/{}", path_segment(code)))?;
    if let Some(facility) = facility {
        request = request.query(&[("facility", facility)]);
    }
    server.show(request).await
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    text_file::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
