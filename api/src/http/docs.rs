//! `/docs`: the API description as a page. It is embedded in the binary; nothing is loaded from the network.

use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use utoipa_swagger_ui::Config;

use super::middleware::problem::Problem;

/// Permits only our own resources; the page uses inline styles and embedded images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn start() -> Redirect {
    Redirect::permanent("/docs/")
}

pub(crate) async fn index() -> Response {
    file("index.html")
}

pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    let config = Config::from("/openapi.json").use_base_layout();
    match utoipa_swagger_ui::serve(name, config.into()) {
        Ok(Some(file)) => {
            let headers: [(HeaderName, &str); 5] = [
                (CONTENT_TYPE, &file.content_type),
                (CONTENT_SECURITY_POLICY, POLICY),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (REFERRER_POLICY, "no-referrer"),
                (CACHE_CONTROL, "no-cache"),
            ];
            (headers, file.bytes.into_owned()).into_response()
        }
        Ok(None) | Err(_) => Problem::from_status(StatusCode::NOT_FOUND).into_response(),
    }
}
