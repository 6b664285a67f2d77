//! Refusals of the API as pages: what happened, and what to do.

use axum::body::to_bytes;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::frame::{Frame, render};
use super::me::Me;
use crate::http::middleware::problem::PROBLEM_JSON;

/// Maximum size of a problem that is shown.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;

/// A problem as it is answered.
#[derive(Deserialize)]
struct Shown {
    title: String,
    detail: String,
    #[serde(default)]
    errors: Vec<ShownFault>,
}

#[derive(Deserialize)]
struct ShownFault {
    path: String,
    message: String,
}

#[derive(askama::Template)]
#[template(path = "console/frame/refusal.html")]
struct RefusalPage {
    f: Frame,
    status: u16,
    shown: Shown,
}

/// Turns a problem into a page; leaves every other response as it is.
pub(super) async fn page(response: Response, me: Option<&Me>) -> Response {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some(PROBLEM_JSON) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let problem = to_bytes(body, PROBLEM_BYTES_MAX).await.ok();
    let problem = problem.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(shown) = problem else { return parts.status.into_response() };
    let status = parts.status.as_u16();
    let f = Frame::new(me, "refusal-title", None);
    let mut page = (parts.status, render(&RefusalPage { f, status, shown })).into_response();
    if let Some(wait) = parts.headers.get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    *page.extensions_mut() = parts.extensions;
    page
}
