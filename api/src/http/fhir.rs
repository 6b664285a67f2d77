//! `POST /fhir/$validate`, `GET /fhir/Bundle/{id}`.

mod outcome;
mod parameters;

use abdm_fhir::validate::{Options, Report, validate as check};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use axum::response::{IntoResponse, Response};
use hip_commands::caller::Caller;
use hip_commands::records::{self, Shown};
use hip_domain::stream::StreamId;
use serde_json::json;
use uuid::Uuid;

use self::outcome::Outcome;
use self::parameters::resource;
use super::Context;
use super::caller::{By, Reading, bound};
use super::problem::Problem;
use crate::compose::Composed;

/// The media type of all answers.
const FHIR_JSON: &str = "application/fhir+json";

/// Checks a resource, bare or as the parameter `resource`. The answer is 200 whatever is found: the
/// findings are what was asked for.
pub(crate) async fn validate(
    caller: Result<By<Reading>, Problem>,
    State(composed): Context,
    body: Result<Bytes, BytesRejection>,
) -> Result<Outcome, Outcome> {
    let By(..) = caller?;
    let body = body.map_err(|_| Outcome::too_large())?;
    // A large document takes a processor for a while, and others are waiting.
    let report = tokio::task::spawn_blocking(move || {
        let rules = composed.provider.settings.bundle.rules();
        check(resource(&body), rules, &Options::default())
    });
    Ok(Outcome::found(&report.await.map_err(|_| Outcome::from(Problem::unavailable()))?))
}

/// A document of a visit, as it would be sent to an HIU.
pub(crate) async fn bundle(
    caller: Result<By<Reading>, Problem>,
    State(composed): Context,
    Path(id): Path<String>,
) -> Result<Response, Outcome> {
    let By(caller, _) = caller?;
    let id = Uuid::parse_str(&id).map_err(|_| Outcome::absent())?;
    let visit = visit_of(&composed, &caller, id).await?.ok_or_else(Outcome::absent)?;
    let shown = records::show(&composed.provider, &visit, id, &caller).await;
    let shown = shown.map_err(|error| {
        tracing::warn!(%error, "a document could not be shown");
        Outcome::from(Problem::unavailable())
    })?;
    match shown {
        Shown::Fit { json, revision, recorded_at } => {
            let changed = recorded_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let headers = [
                (CONTENT_TYPE, FHIR_JSON.to_owned()),
                (ETAG, format!("W/\"{revision}\"")),
                (LAST_MODIFIED, changed),
            ];
            Ok((headers, json).into_response())
        }
        Shown::Unfit(findings) => Err(Outcome::unfit(&Report { findings, is_truncated: false })),
        Shown::Replaced => Err(Outcome::absent()),
    }
}

/// The caller's visit that has this document, be it an unfit one.
async fn visit_of(
    composed: &Composed,
    caller: &Caller,
    id: Uuid,
) -> Result<Option<StreamId>, Outcome> {
    let visit: Option<String> = sqlx::query_scalar(
        "SELECT stream_id FROM hip.visit WHERE (documents @> $1 OR rejected @> $1) \
            AND ($2::text[] IS NULL OR facility_id = ANY ($2)) LIMIT 1",
    )
    .bind(json!([{ "document_id": id }]))
    .bind(bound(caller, None))
    .fetch_optional(&composed.pool)
    .await
    .map_err(|_| Problem::unavailable())?;
    Ok(visit.map(StreamId::stored))
}
