//! Read your writes: what is written is answered with the position in the log that it has reached; who
//! reads may name that position, and is answered from there on.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponseParts, ResponseParts};
use hip_commands::port::Log;
use hip_infra::projection_wait::{Waited, wait};
use serde::Deserialize;

use super::problem::Problem;
use crate::compose::Composed;

/// Of an answer: the position that was reached. Of a request: the lowest to answer from.
const HEADER: HeaderName = HeaderName::from_static("hip-position");

/// Says in an answer how far the log has come.
pub(crate) struct Reached(Option<i64>);

impl Reached {
    /// After something was written; also when it had been written before, be it by another process.
    /// When the log cannot be asked the answer goes without: what was written is written.
    pub(crate) async fn now(composed: &Composed) -> Self {
        Self(composed.log.head().await.ok())
    }
}

impl IntoResponseParts for Reached {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(position) = self.0 {
            parts.headers_mut().insert(HEADER, HeaderValue::from(position));
        }
        Ok(parts)
    }
}

/// The lowest position that a request wants to be answered from: header `Hip-Position`, or
/// `?min_position=`.
pub(crate) struct MinPosition(Option<i64>);

#[derive(Deserialize)]
struct InQuery {
    min_position: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for MinPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = match parts.headers.get(HEADER) {
            Some(header) => Some(header.to_str().unwrap_or_default().to_owned()),
            None => {
                Query::<InQuery>::try_from_uri(&parts.uri).map_err(|_| invalid())?.0.min_position
            }
        };
        let Some(text) = text else { return Ok(Self(None)) };
        let position = text.parse().ok().filter(|position| *position >= 0);
        Ok(Self(Some(position.ok_or_else(invalid)?)))
    }
}

impl MinPosition {
    /// Waits, for two seconds at most, until all of these read models have come as far.
    ///
    /// # Errors
    ///
    /// 503 when one has not: to answer would be to answer with what was before. 400 when the log
    /// itself has no such position.
    pub(crate) async fn until(self, composed: &Composed, names: &[&str]) -> Result<(), Problem> {
        let Some(position) = self.0 else { return Ok(()) };
        match wait(&composed.pool, names, position).await {
            Ok(Waited::Reached) => Ok(()),
            Ok(Waited::Beyond) => Err(invalid()),
            Ok(Waited::NotYet) => Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not-yet",
                "What was written is not shown yet",
                "ask again in a moment, or without a position for what is shown now",
            )
            .with_retry_after(1)),
            Err(_) => Err(Problem::unavailable()),
        }
    }
}

fn invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid-position",
        "There is no such position",
        "send what an answer of this service had in `Hip-Position`",
    )
}
