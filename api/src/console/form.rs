//! Forms and queries as browsers send them.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::app::App;
use crate::http::middleware::problem::{Fault, Problem};

/// The query of a page. A field that was left empty is one that was not sent.
pub(crate) struct PageQuery<T>(pub(crate) T);

/// The fields of a form.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for PageQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        fields(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<App>) -> Result<Self, Problem> {
        let text = String::from_request(request, state).await;
        let text = text.map_err(|rejection| Problem::from_status(rejection.status()))?;
        fields(&Zeroizing::new(text)).map(Self)
    }
}

fn fields<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let filled: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.filter(|(_, value)| !value.trim().is_empty()))
        .finish();
    let filled = Zeroizing::new(filled);
    let pairs = url::form_urlencoded::parse(filled.as_bytes());
    let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
    read.map_err(|error| {
        let fault = Fault::of_value(
            &error.path().to_string(),
            "is unknown, missing, or not of the form that is wanted",
        );
        let (title, detail) = ("The request is not valid", "go back and correct the field");
        Problem::new(StatusCode::BAD_REQUEST, "invalid-request", title, detail)
            .with_faults(vec![fault])
    })
}
