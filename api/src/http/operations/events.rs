//! `GET /v1/events`: the events of the log, without decrypting any part.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::{Caller, Role};
use hip_commands::port::Log;
use hip_commands::port::log::StoredEvent;
use hip_domain::access::{Filter, Listing, View};
use hip_domain::stream::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::extract::page::Limit;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanOperate};
use crate::http::middleware::problem::Problem;

/// Filters events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventFilter {
    /// Only after this position.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) after: Option<Position>,
    /// Only of this stream.
    #[param(value_type = Option<String>, max_length = 400, pattern = "^[a-z0-9._@-]+$",
            example = "consent-6f1b7f5e-0000-4000-8000-00000000c001")]
    pub(crate) stream: Option<LogName>,
    /// Only of this type.
    #[param(rename = "type", value_type = Option<String>, max_length = 400, pattern = "^[a-z0-9._@-]+$",
            example = "consent.granted")]
    #[serde(rename = "type")]
    pub(crate) name: Option<LogName>,
    /// Number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
}

/// Maximum position: the largest integer that JSON readers represent exactly.
const POSITION_MAX: i64 = (1 << 53) - 1;

/// A position in the log.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Position(i64);

impl TryFrom<i64> for Position {
    type Error = &'static str;

    fn try_from(position: i64) -> Result<Self, &'static str> {
        let is_position = (0..=POSITION_MAX).contains(&position);
        if is_position { Ok(Self(position)) } else { Err("must be a position of the log") }
    }
}

/// The name of a stream or of an event type.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LogName(String);

impl LogName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LogName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._@-".contains(&b);
        let is_name = (1..=400).contains(&name.len()) && name.bytes().all(fits);
        if is_name { Ok(Self(name)) } else { Err("must be a name of the log") }
    }
}

/// An event of the log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedEvent {
    /// Its place in the log.
    pub(crate) position: i64,
    /// Its id.
    pub(crate) event_id: Uuid,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "consent.granted")]
    pub(crate) name: String,
    /// Its stream.
    pub(crate) stream: String,
    /// Its version within the stream, from 1.
    pub(crate) version: i64,
    /// When it was recorded, in UTC.
    pub(crate) recorded_at: DateTime<Utc>,
    /// The conversation to which it belongs.
    pub(crate) correlation_id: Uuid,
    /// The event that caused it.
    pub(crate) causation_id: Option<Uuid>,
    /// The subject of its data, a pseudonym.
    pub(crate) subject_id: Option<Uuid>,
    /// Whether it has a sealed part.
    pub(crate) sealed: bool,
    /// The clear part, for auditors only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) clear: Option<Value>,
}

/// A part of the log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Events {
    /// In log order. With a filter by stream or type there may be few or none although
    /// more follow.
    pub(crate) items: Vec<LoggedEvent>,
    /// Last position searched: send it as `after` to continue.
    pub(crate) next_after: i64,
    /// Whether the log had more events at that time.
    pub(crate) more: bool,
}

/// Maximum number of events searched for one response.
const LOOKED_THROUGH_MAX: usize = 10_000;

/// Events read at a time.
const READ_AT_ONCE: i64 = 1_000;

/// Lists events in log order, from any position.
///
/// Can be polled for new events. Only for callers of every facility, because they share one log.
#[utoipa::path(get, path = "/v1/events", tag = "operations", operation_id = "listEvents",
    params(EventFilter), responses((status = 200, body = Events)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    Query(filter): Query<EventFilter>,
) -> Result<Json<Events>, Problem> {
    if caller.facilities.is_some() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "The caller may not do this",
            "the log is of all facilities; this needs a key for all of them",
        ));
    }
    let limit = filter.limit.unwrap_or_default().count();
    let mut events =
        Events { items: vec![], next_after: filter.after.map_or(0, |after| after.0), more: true };
    let mut looked_through = 0;
    while events.more && looked_through < LOOKED_THROUGH_MAX && events.items.len() < limit {
        let read = app.log.clear_page(events.next_after, READ_AT_ONCE).await;
        let read = read.map_err(|error| {
            tracing::warn!(%error, "the log could not be read");
            Problem::unavailable()
        })?;
        looked_through += read.len();
        events.more = !read.is_empty();
        for stored in &read {
            if events.items.len() == limit {
                break;
            }
            events.next_after = stored.position;
            if filter.is_meant(stored) {
                events.items.push(LoggedEvent::of(stored, &caller));
            }
        }
    }
    remember(&app, &caller, &filter, &events.items).await?;
    Ok(Json(events))
}

/// A stream name is recorded as access to one resource. A stream of access log entries is recorded as a list: else
/// each access to an access log would need an access log of its own.
async fn remember(
    app: &App,
    caller: &Caller,
    filter: &EventFilter,
    shown: &[LoggedEvent],
) -> Result<(), Problem> {
    let stream = filter.stream.as_ref().map(|name| StreamId::stored(name.0.as_str()));
    if let Some(stream) = stream.filter(|stream| !stream.is_access() && !shown.is_empty()) {
        return access_log::at_thing(app, caller, View::Events, &stream).await;
    }
    let by = [(Filter::Stream, filter.stream.is_some()), (Filter::Kind, filter.name.is_some())];
    access_log::at_list(app, caller, Listing::Events, &by, shown).await
}

impl EventFilter {
    fn is_meant(&self, stored: &StoredEvent) -> bool {
        self.stream.as_ref().is_none_or(|stream| stream.0 == stored.stream.as_str())
            && self.name.as_ref().is_none_or(|name| name.0 == stored.name)
    }
}

impl LoggedEvent {
    fn of(stored: &StoredEvent, caller: &Caller) -> Self {
        let is_auditor = caller.is_one_of(&[Role::Auditor]);
        Self {
            position: stored.position,
            event_id: stored.event_id.0,
            name: stored.name.clone(),
            stream: stored.stream.as_str().to_owned(),
            version: stored.version,
            recorded_at: stored.recorded_at,
            correlation_id: stored.correlation,
            causation_id: stored.causation,
            subject_id: stored.subject.map(|subject| subject.0),
            sealed: stored.is_sealed(),
            clear: if is_auditor { serde_json::from_slice(&stored.clear).ok() } else { None },
        }
    }
}
