//! Every route on one page.

mod amrit;
mod callbacks;
mod caller;
mod fhir;
mod health;
mod links;
mod problem;
mod visit_stream;
mod visits;

use std::sync::Arc;
use std::time::Duration;

use abdm_fhir::validate::Limits;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Router};
use hip_domain::inbound::{ApiVersion, CallbackKind};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::compose::Composed;

/// What a handler may use.
pub(crate) type Context = axum::extract::State<Arc<Composed>>;

/// Says when this process stops, to answers that would go on for long.
#[derive(Clone)]
struct Stop(watch::Receiver<bool>);

/// The largest visit document, with room for its attachments in base64.
const VISIT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The largest callback: a consent over thousands of care contexts.
const CALLBACK_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A request that takes longer is given up.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn router(composed: Arc<Composed>, stop: watch::Receiver<bool>) -> Router {
    // Without a limit on the whole body: a stream of documents has one for each line.
    let intake = Router::new()
        .route("/v1/visits", post(visits::receive))
        .layer(Extension(Stop(stop)))
        .layer(DefaultBodyLimit::max(VISIT_BYTES_MAX));
    let facility = Router::new()
        .route("/v1/visits/{code}", get(visits::show))
        .route("/v1/links", post(links::start))
        .route("/v1/link-tokens/status", post(links::token_status))
        .layer(body_of(VISIT_BYTES_MAX));
    let fhir = Router::new()
        .route("/fhir/$validate", post(fhir::validate))
        .route("/fhir/Bundle/{id}", get(fhir::bundle))
        .layer(body_of(Limits::default().bytes));
    let operations = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    Router::new()
        .merge(intake)
        .merge(facility)
        .merge(fhir)
        .merge(amrit::router())
        .merge(callbacks())
        .merge(operations)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::new())
        .with_state(composed)
}

/// No body beyond `bytes_max` is read; one whose length is told beforehand is not begun.
fn body_of(bytes_max: usize) -> (DefaultBodyLimit, RequestBodyLimitLayer) {
    (DefaultBodyLimit::max(bytes_max), RequestBodyLimitLayer::new(bytes_max))
}

/// The gateway posts with and without `/api`, and sometimes with a slash at the end.
fn callbacks() -> Router<Arc<Composed>> {
    let mut router = Router::new();
    for kind in CallbackKind::ALL {
        let current = std::iter::once(kind.path()).chain(kind.other_paths().iter().copied());
        let current = current.map(|path| (path, ApiVersion::V3));
        let before = kind.v05_path().map(|path| (path, ApiVersion::V05));
        for (path, api) in current.chain(before) {
            let receive = move |context: Context, uri, headers, body| {
                callbacks::receive(context, kind, api, uri, headers, body)
            };
            for prefix in ["", "/api"] {
                for end in ["", "/"] {
                    router = router.route(&format!("{prefix}{path}{end}"), post(receive));
                }
            }
        }
    }
    router.layer(body_of(CALLBACK_BYTES_MAX))
}
