//! Path, query and body of a request; an invalid one is rejected with a problem that names the place.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http::middleware::problem::{Fault, Problem};

/// A JSON body, up to the size limit of its route.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// The query parameters.
pub(crate) struct Query<T>(pub(crate) T);

/// The single path parameter, unchanged.
pub(crate) struct PathParam(pub(crate) String);

/// A short text that a person entered, such as an ABHA address: at most 100 characters.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ShortText(pub(crate) String);

impl TryFrom<String> for ShortText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if text.chars().count() <= 100 {
            Ok(Self(text))
        } else {
            Err("must be at most 100 characters")
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported("application/json"));
        }
        let text = String::from_request(request, state).await;
        let text = text.map_err(|rejection| Problem::from_status(rejection.status()))?;
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            shape(StatusCode::UNPROCESSABLE_ENTITY, error.inner().is_data(), &path, "the body")
        })?;
        deserializer.end().map_err(|_| shape(StatusCode::BAD_REQUEST, false, ".", "the body"))?;
        Ok(Self(read))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        let read = read.map_err(|error| {
            shape(StatusCode::BAD_REQUEST, true, &error.path().to_string(), "the query")
        })?;
        Ok(Self(read))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(name) =
            path.map_err(|_| shape(StatusCode::BAD_REQUEST, false, ".", "the path"))?;
        Ok(Self(name))
    }
}

/// Whether the content type is a kind of JSON. A missing one counts as JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// A problem that names the place with a wrong shape. The value is not repeated: it may be
/// personal.
fn shape(status: StatusCode, is_readable: bool, path: &str, whole: &str) -> Problem {
    let (status, message) = if is_readable {
        (status, "is unknown, missing, or not of the type and form that it is described with")
    } else {
        (StatusCode::BAD_REQUEST, "cannot be read")
    };
    let path = if path == "." || path == "?" { whole } else { path };
    let title = "The request is not valid";
    let detail = "mend what is named in `errors` and send it again; /openapi.json describes it";
    Problem::new(status, "invalid-request", title, detail).with_faults(vec![Fault {
        path: path.to_owned(),
        rule: "shape".to_owned(),
        message: message.to_owned(),
    }])
}
