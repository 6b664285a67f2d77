//! The server that a command calls.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Time limit for connecting: an unreachable server is reported sooner than a busy one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Options for the server to call.
#[derive(clap::Args)]
pub(in crate::cli) struct Server {
    /// URL of `hip serve`.
    #[arg(long, env = "HIP_URL", default_value = "http://127.0.0.1:8080")]
    pub(in crate::cli) url: String,
    /// The API key; from the environment, so that it is not visible in the process list.
    #[arg(long, env = "HIP_API_KEY", hide_env_values = true)]
    pub(in crate::cli) api_key: String,
}

impl Server {
    pub(in crate::cli) fn get(&self, path: &str) -> anyhow::Result<RequestBuilder> {
        Ok(client()?.get(format!("{}{path}", self.url)).bearer_auth(&self.api_key))
    }

    pub(in crate::cli) fn post(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> anyhow::Result<RequestBuilder> {
        let request = client()?.post(format!("{}{path}", self.url)).bearer_auth(&self.api_key);
        Ok(request.header("content-type", "application/json").body(body))
    }

    /// Posts a stream; its answer arrives while it is sent, and may take any time. The server may also pause
    /// reading: the system's own limit for that would abort the stream.
    pub(in crate::cli) async fn stream(
        &self,
        path: &str,
        content_type: &str,
        body: reqwest::Body,
    ) -> anyhow::Result<Response> {
        let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(None);
        let client = client.build()?;
        let request = client.post(format!("{}{path}", self.url)).bearer_auth(&self.api_key);
        let request = request.header("content-type", content_type).body(body);
        request.send().await.with_context(|| format!("{} does not answer", self.url))
    }

    /// Sends a request; returns status and body of the answer.
    pub(in crate::cli) async fn send(
        &self,
        request: RequestBuilder,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let response =
            request.send().await.with_context(|| format!("{} does not answer", self.url))?;
        let status = response.status();
        Ok((status, response.json().await.unwrap_or_default()))
    }

    /// Sends a request and prints its answer unchanged.
    pub(in crate::cli) async fn show(&self, request: RequestBuilder) -> anyhow::Result<ExitStatus> {
        let (status, body) = self.send(request).await?;
        if status.is_success() {
            print_line(&serde_json::to_string_pretty(&body)?);
            return Ok(ExitStatus::Success);
        }
        refused(status, &body)
    }

    /// Prints a list, one line or JSON object per item. An empty list is reported on standard error.
    pub(in crate::cli) async fn list(
        &self,
        request: RequestBuilder,
        member: &str,
        json: bool,
        line: impl Fn(&Value) -> String,
    ) -> anyhow::Result<ExitStatus> {
        let (status, body) = self.send(request).await?;
        if !status.is_success() {
            return refused(status, &body);
        }
        let all = body[member].as_array().map(Vec::as_slice).unwrap_or_default();
        if all.is_empty() && !json {
            print_error("there is none");
        }
        for one in all {
            if json {
                print_json_line(one);
            } else {
                print_line(&line(one));
            }
        }
        Ok(ExitStatus::Success)
    }
}

/// What an answer without success means for the exit code: 1 for a refusal (4xx), 3 for anything else.
pub(in crate::cli) fn refused(status: StatusCode, body: &Value) -> anyhow::Result<ExitStatus> {
    if status.is_client_error() && status != StatusCode::UNAUTHORIZED {
        eprint_problem(body);
        return Ok(ExitStatus::Negative);
    }
    bail!("the server answered {status}");
}

fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().timeout(Duration::from_secs(60)).build()?)
}

/// Prints the faults of a problem, one per line.
pub(in crate::cli) fn eprint_problem(problem: &Value) {
    if let Some(detail) = problem["detail"].as_str() {
        print_error(&format!("  {detail}"));
    }
    for fault in problem["errors"].as_array().into_iter().flatten() {
        let text = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        print_error(&format!("  {}: {}", text("path"), text("message")));
    }
}

/// Prints the warnings of an answer, one per line.
pub(in crate::cli) fn warn_of(answer: &Value) {
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        let text = |name: &str| warning[name].as_str().unwrap_or_default().to_owned();
        print_line(&format!("  warning: {}: {}", text("path"), text("text")));
    }
}
