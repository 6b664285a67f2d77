//! `hip visit push|validate|show`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use abdm_fhir::visit::VisitDocument;
use anyhow::{Context, bail};
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::output::{Answer, complain, say, say_json};

/// Commands on visit documents.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Send visit documents to a running `hip serve`.
    Push {
        /// JSON files, one visit each.
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
}

/// The server to talk to.
#[derive(clap::Args)]
pub(crate) struct Server {
    /// Address of `hip serve`.
    #[arg(long, env = "HIP_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The API key; from the environment, so that it does not show in the list of processes.
    #[arg(long, env = "HIP_API_KEY", hide_env_values = true)]
    api_key: String,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<Answer> {
    match command {
        Command::Push { files, server } => push(&files, &server).await,
        Command::Validate { files, json } => validate(&files, json),
        Command::Show { code, facility, server } => show(&code, facility.as_deref(), &server).await,
    }
}

fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().timeout(Duration::from_secs(60)).build()?)
}

async fn push(files: &[PathBuf], server: &Server) -> anyhow::Result<Answer> {
    let client = client()?;
    let mut answer = Answer::Yes;
    for file in files {
        let response = client
            .post(format!("{}/v1/visits", server.url))
            .bearer_auth(&server.api_key)
            .header("content-type", "application/json")
            .body(read(file)?)
            .send()
            .await
            .with_context(|| format!("{} does not answer", server.url))?;
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        match status {
            StatusCode::CREATED => say(&format!("{}: recorded", file.display())),
            StatusCode::OK => say(&format!("{}: known already, nothing changed", file.display())),
            status => {
                answer = Answer::No;
                complain(&format!("{}: {status}", file.display()));
                complain_of(&body);
            }
        }
    }
    Ok(answer)
}

/// The faults of a problem, one a line.
fn complain_of(problem: &Value) {
    if let Some(detail) = problem["detail"].as_str() {
        complain(&format!("  {detail}"));
    }
    for fault in problem["errors"].as_array().into_iter().flatten() {
        let text = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        complain(&format!("  {}: {}", text("path"), text("message")));
    }
}

fn validate(files: &[PathBuf], json: bool) -> anyhow::Result<Answer> {
    let mut answer = Answer::Yes;
    for file in files {
        let result = VisitDocument::parse(&read(file)?);
        let name = file.display();
        match (&result, json) {
            (_, true) => {
                let errors = result.as_ref().err();
                say_json(&serde_json::json!({ "file": name.to_string(), "errors": errors }));
            }
            (Ok(_), false) => say(&format!("{name}: valid")),
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
    let mut request =
        client()?.get(format!("{}/v1/visits/{code}", server.url)).bearer_auth(&server.api_key);
    if let Some(facility) = facility {
        request = request.query(&[("facility", facility)]);
    }
    let response =
        request.send().await.with_context(|| format!("{} does not answer", server.url))?;
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    if status.is_success() {
        say(&serde_json::to_string_pretty(&body)?);
        return Ok(Answer::Yes);
    }
    if status == StatusCode::NOT_FOUND || status == StatusCode::CONFLICT {
        complain_of(&body);
        return Ok(Answer::No);
    }
    bail!("the server answered {status}");
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
