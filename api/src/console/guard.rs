//! What holds for every page: no other site may send a form, read a page or show it in a frame, and a page may
//! load nothing from elsewhere.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::http::Context;
use crate::http::middleware::problem::Problem;
use crate::http::middleware::refused::Refused;

/// Only our own files, and no script or style inside a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types hip";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Wraps all routes of the console.
pub(super) async fn layer(State(app): Context, request: Request, next: Next) -> Response {
    let own = app.config.console.public_url.as_ref();
    let mut response = if is_own(request.method(), request.headers(), own) {
        next.run(request).await
    } else {
        let mut refused = refused().into_response();
        refused.extensions_mut().insert(Refused("a page of another site sent it"));
        refused
    };
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a request comes from our own pages, or from a person who opens one.
fn is_own(method: &Method, headers: &HeaderMap, own: Option<&Url>) -> bool {
    let text =
        |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    let is_framed = text(FETCH_DEST)
        .is_some_and(|dest| matches!(dest, "iframe" | "frame" | "embed" | "object"));
    if is_framed {
        return false;
    }
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    match (text(FETCH_SITE), is_reading) {
        (Some("same-origin"), _) | (None, true) => true,
        // A link from a chat or a bookmark opens a page.
        (Some(_), true) => text(FETCH_MODE) == Some("navigate"),
        (Some(_), false) => false,
        (None, false) => text(ORIGIN).is_some_and(|origin| is_origin(origin, text(HOST), own)),
    }
}

/// Whether an `Origin` is our own: that of the public URL, else that of the `Host`.
fn is_origin(origin: &str, host: Option<&str>, own: Option<&Url>) -> bool {
    if let Some(own) = own {
        return origin == own.origin().ascii_serialization();
    }
    let named = origin.split_once("://").map(|(_, named)| named);
    named.is_some_and(|named| Some(named) == host)
}

fn refused() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross-site",
        "This did not come from a page of the console",
        "open the console itself, and do it there",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let host = ("host", "hip.example:8080");
        let cases: [(&[(&str, &str)], bool); 8] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[], false),
            (&[("origin", "http://hip.example:8080")], true),
            (&[("origin", "http://hip.example")], false),
            (&[("origin", "null")], false),
        ];
        for (sent, expected) in cases {
            let sent = headers(&[&[host], sent].concat());
            assert_eq!(is_own(&Method::POST, &sent, None), expected, "{sent:?}");
        }
        let own = Url::parse("https://hip.example/console").unwrap();
        let behind_proxy = headers(&[host, ("origin", "https://hip.example")]);
        assert!(is_own(&Method::POST, &behind_proxy, Some(&own)));
        assert!(!is_own(&Method::POST, &behind_proxy, None));
        for method in [Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert!(!is_own(&method, &headers(&[host]), None), "{method}");
        }
    }

    #[test]
    fn pages_are_opened_from_anywhere_but_read_only_by_themselves() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[], true),
            (&[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], true),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], true),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")], false),
            (&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")], true),
        ];
        for (sent, expected) in cases {
            assert_eq!(is_own(&Method::GET, &headers(sent), None), expected, "{sent:?}");
        }
        for dest in ["iframe", "frame", "embed", "object"] {
            let sent = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
            assert!(!is_own(&Method::GET, &headers(&sent), None), "{dest}");
        }
    }
}
