//! `POST /v1/visits` with a stream of documents, one per line; one result line for each, in order.
//!
//! Nothing is collected: a few lines are in memory at a time, and reading waits until results are
//! received. So the stream may have any length, and either side may be slow. A line that was answered
//! with 200 or 201 is durable, even if the connection breaks.

mod lines;

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use hip_commands::accountability::caller::Caller;
use hip_commands::visits::push;
use hip_domain::id::FacilityId;
use serde::Serialize;
use tokio::sync::watch;

use self::lines::{Line, LineContent, Lines};
use crate::app::App;
use crate::http::intake::visit_answer::{Warning, problem};
use crate::http::middleware::problem::Problem;

/// The media type of newline-delimited JSON.
const NDJSON: &str = "application/x-ndjson";

/// Lines that are stored at the same time. The log combines concurrent appends into one commit, so a
/// few cost little more than one; each may be as large as the largest document.
const LINES_AT_ONCE: usize = 8;

/// Whether the headers announce a stream of documents.
pub(in crate::http) fn is_announced(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(NDJSON))
}

/// Result of one line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineResult {
    line: u64,
    status: u16,
    #[serde(flatten)]
    outcome: LineOutcome,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
enum LineOutcome {
    #[serde(rename_all = "camelCase")]
    Recorded {
        visit_code: String,
        facility: FacilityId,
        changed: bool,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<Warning>,
    },
    Refused {
        problem: Problem,
    },
}

/// Stores each line when it arrives.
pub(in crate::http) fn record(
    (app, caller): (Arc<App>, Arc<Caller>),
    body: Body,
    bytes_max: usize,
    stop: watch::Receiver<bool>,
) -> Response {
    let quota = (Arc::clone(&app.room), caller.name.to_string());
    let results = Lines::new(body, bytes_max, quota, stop)
        .into_stream()
        .map(move |line| {
            let (app, caller) = (Arc::clone(&app), Arc::clone(&caller));
            async move { result(&app, &caller, line).await }
        })
        .buffered(LINES_AT_ONCE)
        .map(|result| {
            let mut text = serde_json::to_string(&result).expect("our own types serialise");
            text.push('\n');
            Ok::<_, Infallible>(text)
        });
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(results)).into_response()
}

async fn result(app: &App, caller: &Caller, line: Line) -> LineResult {
    let Line { number, what, taken: _until_recorded } = line;
    let refused = |problem: Problem| LineResult {
        line: number,
        status: problem.status().as_u16(),
        outcome: LineOutcome::Refused { problem },
    };
    let document = match what {
        LineContent::Document(document) => document,
        LineContent::TooLong(bytes_max) => return refused(too_long(bytes_max)),
        LineContent::Busy => return refused(Problem::from_status(StatusCode::SERVICE_UNAVAILABLE)),
        LineContent::NoText => return refused(no_text()),
        LineContent::Stopped => return refused(Problem::unavailable()),
        LineContent::Silence => return refused(silence()),
    };
    match push::record(&app.ports, caller, &document).await {
        Ok(recorded) => {
            tracing::info!(facility = %recorded.facility, changed = recorded.changed, "visit recorded");
            let status = if recorded.changed { StatusCode::CREATED } else { StatusCode::OK };
            LineResult {
                line: number,
                status: status.as_u16(),
                outcome: LineOutcome::Recorded {
                    visit_code: recorded.visit_code,
                    facility: recorded.facility,
                    changed: recorded.changed,
                    warnings: recorded.warnings.into_iter().map(Warning::from).collect(),
                },
            }
        }
        Err(error) => refused(problem(&error)),
    }
}

fn too_long(bytes_max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "The line is too long",
        format!("a visit document has at most {bytes_max} bytes"),
    )
}

fn no_text() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid-visit",
        "The visit document is not valid",
        "the line is not UTF-8",
    )
}

fn silence() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "silence",
        "Nothing came for a long time",
        "the stream ends here; send the lines from here on in another",
    )
}
