//! Every route on one page.

pub(crate) mod accountability;
mod amrit;
mod docs;
pub(crate) mod extract;
mod gateway;
pub(crate) mod intake;
pub(crate) mod linking;
pub(crate) mod middleware;
pub(crate) mod openapi;
pub(crate) mod operations;
pub(crate) mod server;
pub(crate) mod sharing;

use std::sync::Arc;
use std::time::Duration;

use abdm_fhir::validate::Limits;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::accountability::{erasures, patient_audit};
use self::gateway::{callback_path, gateway_callbacks};
use self::intake::{facilities, visit, visit_jobs, visits};
use self::linking::{care_contexts, explanation, link, links};
use self::middleware::caller::{
    CanErase, CanLink, CanLookUp, CanOperate, CanPush, CanReadDocuments, CanReplay, CanView,
};
use self::middleware::problem::Problem;
use self::middleware::{idempotency, position, problem, refused};
use self::operations::{
    callbacks, dead_letters, events, health, projections, replay_orders, replays,
};
use self::sharing::{consents, fhir, transfers};
use crate::app::App;

/// State extractor of the handlers.
pub(crate) type Context = axum::extract::State<Arc<App>>;

/// Tells long-running responses that the process stops.
#[derive(Clone)]
pub(crate) struct ShutdownSignal(watch::Receiver<bool>);

/// Maximum size of a visit document, including attachments in base64.
const VISIT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Maximum size of any other request body.
const SMALL_BYTES_MAX: usize = 64 * 1024;

/// Time limit of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The API; `pages` are the routes of the console.
pub(crate) fn router(
    app: Arc<App>,
    pages: Router<Arc<App>>,
    stop: watch::Receiver<bool>,
) -> Router {
    let (described, _) = described().split_for_parts();
    Router::new()
        .merge(described.layer(Extension(ShutdownSignal(stop))).layer(Extension(Arc::clone(&app))))
        .merge(description())
        .merge(amrit::router())
        .merge(pages)
        .fallback(without_route)
        .layer(from_fn_with_state(Arc::clone(&app), refused::layer))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(problem::problem_layer))
        .with_state(app)
}

/// All routes described in `/openapi.json`, grouped by role.
fn described() -> OpenApiRouter<Arc<App>> {
    // Without a limit on the whole body: in a stream each line is one document.
    let pushing = OpenApiRouter::new()
        .routes(routes!(visits::receive))
        .layer(from_fn(idempotency::layer))
        .layer(from_fn(position::tell))
        .layer(DefaultBodyLimit::max(VISIT_BYTES_MAX));
    let writing = OpenApiRouter::new()
        .routes(routes!(links::start))
        .layer(from_fn(idempotency::layer))
        .layer(from_fn(position::tell));
    let linking = writing.routes(routes!(links::token_status));
    let looking = OpenApiRouter::new()
        .routes(routes!(visit::list))
        .routes(routes!(visit::show))
        .routes(routes!(care_contexts::list))
        .routes(routes!(care_contexts::show))
        .routes(routes!(consents::list))
        .routes(routes!(consents::show))
        .routes(routes!(transfers::list))
        .routes(routes!(transfers::show))
        .routes(routes!(facilities::list))
        .layer(from_fn(position::wait_for));
    let looking_up = OpenApiRouter::new()
        .routes(routes!(link::show))
        .routes(routes!(care_contexts::search))
        .routes(routes!(explanation::show))
        .layer(from_fn(position::wait_for));
    let running = OpenApiRouter::new()
        .routes(routes!(callbacks::list))
        .routes(routes!(callbacks::show))
        .routes(routes!(callbacks::history))
        .routes(routes!(dead_letters::list))
        .routes(routes!(replays::list))
        .routes(routes!(replays::show))
        .routes(routes!(replays::items))
        .routes(routes!(replays::switch))
        .routes(routes!(events::list))
        .routes(routes!(projections::list))
        .routes(routes!(visit_jobs::list))
        .routes(routes!(erasures::show));
    let auditing = OpenApiRouter::new().routes(routes!(patient_audit::audit_patient));
    let erasing = OpenApiRouter::new().routes(routes!(erasures::request));
    let mending = OpenApiRouter::new()
        .routes(routes!(replay_orders::give))
        .routes(routes!(replay_orders::pause))
        .routes(routes!(replay_orders::resume))
        .routes(routes!(replay_orders::cancel))
        .routes(routes!(replay_orders::turn))
        .layer(from_fn(idempotency::layer))
        .layer(from_fn(position::tell))
        .layer(body_of(SMALL_BYTES_MAX));
    let reading = OpenApiRouter::new()
        .routes(routes!(fhir::validate))
        .routes(routes!(fhir::bundle))
        .layer(from_fn(position::wait_for))
        .layer(body_of(Limits::default().bytes));
    let open = OpenApiRouter::new().routes(routes!(health::live)).routes(routes!(health::ready));
    open.merge(openapi::open_to::<CanPush>(pushing))
        .merge(openapi::open_to::<CanLink>(linking.layer(body_of(SMALL_BYTES_MAX))))
        .merge(openapi::open_to::<CanLookUp>(looking_up.layer(body_of(SMALL_BYTES_MAX))))
        .merge(openapi::open_to::<CanView>(looking.layer(body_of(SMALL_BYTES_MAX))))
        .merge(openapi::open_to::<CanOperate>(running))
        .merge(openapi::open_to::<CanOperate>(auditing.layer(body_of(SMALL_BYTES_MAX))))
        .merge(openapi::open_to::<CanErase>(erasing.layer(body_of(SMALL_BYTES_MAX))))
        .merge(openapi::open_to::<CanReplay>(mending))
        .merge(openapi::open_to::<CanReadDocuments>(reading))
}

/// The OpenAPI description. It is the same for everybody, and needs no key.
fn description() -> Router<Arc<App>> {
    Router::new()
        .route("/openapi.json", get(openapi::show))
        .route("/docs", get(docs::start))
        .route("/docs/", get(docs::index))
        .route("/docs/{name}", get(docs::asset))
}

/// Limits a body to `bytes_max`; rejects a longer `Content-Length` before reading.
fn body_of(bytes_max: usize) -> (DefaultBodyLimit, RequestBodyLimitLayer) {
    (DefaultBodyLimit::max(bytes_max), RequestBodyLimitLayer::new(bytes_max))
}

/// Fallback for paths without a route: the gateway's callbacks, whose paths have many spellings.
async fn without_route(State(app): Context, request: Request) -> Response {
    let prefix = &app.ports.settings.callback_prefix;
    match callback_path::kind_of(request.uri().path(), prefix) {
        Some(kind) if request.method() == Method::POST => {
            gateway_callbacks::receive(State(app), kind, request).await
        }
        Some(_) => Problem::from_status(StatusCode::METHOD_NOT_ALLOWED).into_response(),
        None => Problem::from_status(StatusCode::NOT_FOUND).into_response(),
    }
}
