//! `Idempotency-Key`: a request is performed once for each key, and a repetition gets the same response.
//!
//! Follows draft-ietf-httpapi-idempotency-key-header, with one exception: the same key for another request
//! is 409 here, as for a request in progress, and not 422. The request itself is valid, and
//! 422 means for every route that it is not. The problem type distinguishes the two. Responses to our own failures are
//! not
//! stored, so that the caller can retry. A response is completed and stored even if the caller disconnects.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hip_infra::postgres::idempotency::{self, KeyState, StorageKey, StoredAnswer};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::app::App;
use crate::http::VISIT_BYTES_MAX;
use crate::http::extract::bodies;
use crate::http::intake::visit_stream;
use crate::http::middleware::caller::shown;
use crate::http::middleware::problem::{Fault, Problem};

/// The header that the caller chooses.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Marks a stored response.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Maximum length of a key, in characters.
pub(crate) const KEY_LENGTH_MAX: usize = 128;

/// Maximum size of a stored response; ours have a few hundred bytes, with many faults some thousands.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// A request without a response for this long was lost with its process.
const CLAIM: Duration = Duration::from_secs(60);

/// Wraps a route that writes. Without the header it has no effect.
pub(crate) async fn layer(
    Extension(app): Extension<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(key) = request.headers().get(KEY) else {
        return next.run(request).await;
    };
    let key = match key_text(key) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let secret = shown(request.headers()).unwrap_or_default().to_owned();
    let Some(caller) = app.clients.caller(&secret) else {
        // It is rejected inside, and nothing is stored for an unknown caller.
        return next.run(request).await;
    };
    if visit_stream::is_announced(request.headers()) {
        return of_a_stream().into_response();
    }
    let (parts, body) = request.into_parts();
    // The route inside reserves memory too: only small bodies are in memory twice.
    let name = caller.name.as_str();
    let read = bodies::read(&app.room, name, &parts.headers, body, VISIT_BYTES_MAX).await;
    let body = match read {
        Ok((body, taken)) => {
            drop(taken);
            body
        }
        Err(unread) => return unread.into_response(),
    };
    let fingerprint = fingerprint(&secret, &parts.method, &parts.uri, &parts.headers, &body);
    let at = StorageKey { client: caller.name.clone(), key };
    let kept_for = app.config.rest.answers_kept();
    match KeyState::claim(&app.pool, &at, fingerprint, CLAIM, kept_for).await {
        Ok(KeyState::Claimed(claim)) => {
            let request = Request::from_parts(parts, Body::from(body));
            let answering = answer(app, at, claim, request, next);
            // In its own task: a disconnect does not stop it half-way.
            tokio::spawn(answering).await.unwrap_or_else(|_| Problem::unavailable().into_response())
        }
        Ok(KeyState::Answered(kept)) => replay(kept),
        Ok(KeyState::InProgress) => in_work(),
        Ok(KeyState::Reused) => of_another_request().into_response(),
        Err(error) => Problem::database_unavailable(&error).into_response(),
    }
}

async fn answer(
    app: Arc<App>,
    at: StorageKey,
    claim: uuid::Uuid,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await;
    let text = |name: HeaderName| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let is_ours = parts.status.is_server_error();
    let (kept, response) = match body {
        Ok(body) => {
            let kept = StoredAnswer {
                status: parts.status.as_u16(),
                content_type: text(CONTENT_TYPE),
                location: text(axum::http::header::LOCATION),
                body: body.to_vec(),
            };
            (Some(kept).filter(|_| !is_ours), Response::from_parts(parts, Body::from(body)))
        }
        Err(_) => (None, Problem::unavailable().into_response()),
    };
    let done = match kept {
        Some(kept) => kept.keep(&app.pool, &at, claim).await,
        None => idempotency::forget(&app.pool, &at, claim).await,
    };
    if let Err(error) = done {
        tracing::warn!(%error, "a response could not be stored under its Idempotency-Key");
    }
    response
}

/// A structured string, `"…"`, or the bare text that most clients send.
fn key_text(header: &HeaderValue) -> Result<String, Problem> {
    let text = header.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=KEY_LENGTH_MAX).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if fits {
        return Ok(bare.to_owned());
    }
    let title = "The request is not valid";
    let problem =
        Problem::new(StatusCode::BAD_REQUEST, "invalid-request", title, "mend the header");
    Err(problem.with_faults(vec![Fault {
        path: "Idempotency-Key".to_owned(),
        rule: "form".to_owned(),
        message: "must be 1 to 128 letters, digits and marks, without blanks".to_owned(),
    }]))
}

/// Distinguishes two requests. Keyed with the caller's API key, which is not in the database, so the
/// content of a request cannot be guessed from it.
fn fingerprint(
    secret: &str,
    method: &axum::http::Method,
    uri: &axum::http::Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> [u8; 32] {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length fits");
    for part in [method.as_str().as_bytes(), uri.to_string().as_bytes(), kind, body] {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn replay(kept: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    let known = [(CONTENT_TYPE, kept.content_type), (axum::http::header::LOCATION, kept.location)];
    for (name, value) in known {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn of_a_stream() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "idempotency-of-a-stream",
        "A stream has no Idempotency-Key",
        "send it without: each document has its `eventId`, and the same push again changes nothing",
    )
}

fn of_another_request() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "idempotency-key-reused",
        "The Idempotency-Key was used for another request",
        "take a fresh key for each request, and the same one only to repeat it",
    )
}

fn in_work() -> Response {
    let problem = Problem::new(
        StatusCode::CONFLICT,
        "in-progress",
        "The request is being answered",
        "the same request under this Idempotency-Key has not been answered yet; ask again in a second",
    );
    let mut response = problem.into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
