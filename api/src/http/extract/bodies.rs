//! Request bodies, read after authentication and within the memory limit
//! for all bodies.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::http::middleware::problem::Problem;
use crate::room::{Room, Taken};

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It exceeds the limit of its route.
    TooLarge,
    /// The memory limit for bodies is reached.
    Busy,
    /// The connection broke.
    BrokenOff,
}

/// Reads a body of at most `bytes_max` bytes from `caller`. Keep the returned reservation until the
/// body was processed.
pub(crate) async fn read(
    room: &Room,
    caller: &str,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<(Bytes, Taken), Unread> {
    let length = announced(headers);
    if length.is_some_and(|length| length > bytes_max) {
        return Err(Unread::TooLarge);
    }
    // A body without a stated length may be as long as the route allows.
    let taken = room.take(caller, length.unwrap_or(bytes_max)).await.map_err(|_| Unread::Busy)?;
    let bytes = to_bytes(body, bytes_max).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        let is_too_large =
            source.is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if is_too_large { Unread::TooLarge } else { Unread::BrokenOff }
    })?;
    Ok((bytes, taken))
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Unread {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::BrokenOff => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let mut response = Problem::from_status(self.status()).into_response();
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused() {
        let room = Room::new(2);
        let announced = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static("11"))]);
        let ten = || Body::from("ten bytes!");
        let refused = read(&room, "a", &announced, ten(), 10).await;
        assert!(matches!(refused, Err(Unread::TooLarge)));
        let refused = read(&room, "a", &HeaderMap::new(), Body::from("eleven char"), 10).await;
        assert!(matches!(refused, Err(Unread::TooLarge)));
        assert_eq!(read(&room, "a", &HeaderMap::new(), ten(), 10).await.unwrap().0, "ten bytes!");
    }
}
