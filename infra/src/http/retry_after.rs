//! `Retry-After`: the wait that a peer asks for, in seconds or as a date.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Maximum wait, whatever a peer asks for.
const WAIT_MAX: Duration = Duration::from_secs(86_400);

/// `None` if the peer asks for no wait, or in a form that cannot be parsed. A date in the past means
/// no wait.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds).min(WAIT_MAX));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    Some(at.signed_duration_since(now).to_std().unwrap_or_default().min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = DateTime::from_timestamp(1_796_000_000, 0).unwrap();
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            retry_after(&headers, now)
        };
        assert_eq!(read("40"), Some(Duration::from_secs(40)));
        let date = (now + Duration::from_secs(90)).to_rfc2822().replace("+0000", "GMT");
        assert_eq!(read(date.leak()), Some(Duration::from_secs(90)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(read("18446744073709551615"), Some(WAIT_MAX));
        assert_eq!(read("Fri, 31 Dec 9999 23:59:59 GMT"), Some(WAIT_MAX));
        for text in ["", "soon", "-1", "1.5"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
