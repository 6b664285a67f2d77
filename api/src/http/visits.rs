//! `POST /v1/visits`, `GET /v1/visits/{code}`.

use axum::Extension;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use hip_commands::abdm_error;
use hip_commands::caller::Caller;
use hip_commands::dispatch::DispatchError;
use hip_commands::visits::{self, RecordError};
use hip_domain::id::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::{By, Looking, Pushing, bound};
use super::problem::{Fault, Problem};
use super::{Context, Stop, VISIT_BYTES_MAX, visit_stream};
use crate::compose::Composed;

/// Takes one visit document, or a stream of them.
pub(crate) async fn receive(
    By(caller, _): By<Pushing>,
    State(composed): Context,
    Extension(Stop(stop)): Extension<Stop>,
    request: Request,
) -> Response {
    if visit_stream::is_announced(request.headers()) {
        let to = (composed, caller);
        return visit_stream::record(to, request.into_body(), VISIT_BYTES_MAX, stop);
    }
    match String::from_request(request, &()).await {
        Ok(document) => record(&composed, &caller, &document).await.into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

/// Stores a visit document. The same document again changes nothing and is answered alike.
async fn record(composed: &Composed, caller: &Caller, document: &str) -> Result<Response, Problem> {
    let recorded = visits::record(&composed.provider, caller, document).await;
    let recorded = recorded.map_err(|error| problem(&error))?;
    tracing::info!(facility = %recorded.facility, changed = recorded.changed, "visit recorded");
    let location = format!("/v1/visits/{}?facility={}", recorded.visit_code, recorded.facility);
    let status = if recorded.changed { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({
        "visitCode": recorded.visit_code,
        "facility": recorded.facility,
        "changed": recorded.changed,
    });
    Ok((status, [(LOCATION, location)], axum::Json(body)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Selection {
    /// Which facility's; needed when the code is not unique.
    facility: Option<String>,
}

/// What became of a visit.
#[derive(Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownVisit {
    visit_code: String,
    facility_id: String,
    revision: i32,
    visited_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    linked: bool,
    link_state: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    link_error: LinkError,
    link_retry_at: Option<DateTime<Utc>>,
    linked_at: Option<DateTime<Utc>>,
    #[sqlx(json)]
    documents: Value,
    #[sqlx(json)]
    skipped: Value,
    #[sqlx(json)]
    rejected: Value,
}

/// Why a visit is not linked, in words for who can mend it; `null` when nothing is wrong.
#[derive(Serialize)]
#[serde(transparent)]
struct LinkError(Option<Trouble>);

#[derive(Serialize)]
struct Trouble {
    code: String,
    what: &'static str,
    cure: &'static str,
}

impl From<Option<String>> for LinkError {
    fn from(code: Option<String>) -> Self {
        let code = code.and_then(|code| ErrorCode::parse(code).ok());
        Self(code.map(|code| {
            let entry = abdm_error::lookup(&code, abdm_error::Context::OnGenerateToken);
            Trouble { code: code.to_string(), what: entry.what, cure: entry.cure }
        }))
    }
}

/// What became of a visit: its documents, and whether it is linked.
pub(crate) async fn show(
    By(caller, _): By<Looking>,
    State(composed): Context,
    Path(code): Path<String>,
    Query(selection): Query<Selection>,
) -> Result<axum::Json<ShownVisit>, Problem> {
    let visits: Vec<ShownVisit> = sqlx::query_as(
        "SELECT v.visit_code, v.facility_id, v.revision, v.visited_at, v.recorded_at, v.linked, \
                c.link_state, c.link_error, c.link_retry_at, c.linked_at, v.documents, v.skipped, v.rejected \
           FROM hip.visit v LEFT JOIN hip.care_context c ON c.visit_stream_id = v.stream_id \
          WHERE v.visit_code = $1 AND ($2::text[] IS NULL OR v.facility_id = ANY ($2)) LIMIT 2",
    )
    .bind(&code)
    .bind(bound(&caller, selection.facility.as_deref()))
    .fetch_all(&composed.pool)
    .await
    .map_err(|_| Problem::unavailable())?;
    let mut visits = visits.into_iter();
    match (visits.next(), visits.next()) {
        (Some(visit), None) => Ok(axum::Json(visit)),
        (Some(_), Some(_)) => Err(Problem::new(
            StatusCode::CONFLICT,
            "ambiguous",
            "Several facilities have a visit with this code",
            "name the facility: ?facility=…",
        )),
        (None, _) => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is no such visit",
            "a visit that was pushed a moment ago appears within a second",
        )),
    }
}

/// Why a visit document was not stored, for its sender.
pub(super) fn problem(error: &RecordError) -> Problem {
    let invalid = |detail| {
        let title = "The visit document is not valid";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-visit", title, detail)
    };
    match error {
        RecordError::Invalid(errors) => {
            let faults = errors.iter().map(|error| Fault {
                path: error.path.clone(),
                rule: error.rule.as_str().to_owned(),
                message: error.message.clone(),
            });
            invalid("mend the fields in `errors` and send it again").with_faults(faults.collect())
        }
        RecordError::Identifier { path, source } => invalid("mend the field in `errors`")
            .with_faults(vec![fault(path, "pattern", &source.to_string())]),
        RecordError::UnknownFacility => Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-facility",
            "The facility is not the caller's",
            "send the visit to the service of its facility, with a key for it",
        )
        .with_faults(vec![fault(
            "facility.abdmFacilityId",
            "facility",
            "must be the caller's",
        )]),
        RecordError::Visit(DispatchError::Refused(refusal)) => Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "The push contradicts an earlier one",
            refusal.to_string(),
        ),
        RecordError::Visit(_) | RecordError::Person(_) | RecordError::Vault(_) => {
            tracing::error!(%error, "a visit could not be stored");
            Problem::unavailable()
        }
    }
}

fn fault(path: &str, rule: &str, message: &str) -> Fault {
    Fault { path: path.to_owned(), rule: rule.to_owned(), message: message.to_owned() }
}
