//! `GET /v1/links/{linkId}`: a link that we or the patient started.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::access::View;
use hip_domain::id::LinkReference;
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::links;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::Context;
use crate::http::extract::input::PathParam;
use crate::http::linking::link_error::{LinkError, LinkErrorDetail};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanLookUp, facility_filter};
use crate::http::middleware::problem::Problem;

/// A link of care contexts to an ABHA address.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    /// Id of the link.
    id: String,
    /// Who started it: `facility` or `patient`.
    begun_by: String,
    /// The facility.
    facility_id: String,
    /// References of the linked care contexts.
    care_contexts: Vec<String>,
    /// `unlinked`, `requested` or `linked`; a link of a patient also `initiated`, `otp_sent`, `otp_failed`,
    /// `refused` and `confirmed`.
    state: String,
    /// Why it is not linked, if there was an error.
    #[sqlx(flatten)]
    #[schema(value_type = Option<LinkErrorDetail>)]
    error: LinkError,
    /// Time of the next retry, in UTC.
    retry_at: Option<DateTime<Utc>>,
    /// Time of the last state change, in UTC, if known.
    changed_at: Option<DateTime<Utc>>,
}

/// Returns one link by the id of `POST /v1/links`, or by a patient's link reference number.
#[utoipa::path(get, path = "/v1/links/{linkId}", tag = "linking", operation_id = "showLink",
    params(("linkId" = String, Path, max_length = 255, description = "the `id` that a link was answered with")),
    responses((status = 200, body = Link)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanLookUp>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<Link>, Problem> {
    let facilities = facility_filter(&caller, None);
    let pool = &app.pool;
    let (found, stream) = match Uuid::parse_str(&id).map(LinkReference) {
        Ok(reference) => {
            let found = links::of_patient(pool, reference, facilities).await;
            (found, StreamId::user_link(reference))
        }
        Err(_) if id.contains('\0') => (Ok(None), StreamId::stored("")),
        Err(_) => {
            let stream = StreamId::stored(id);
            (links::of_care_context(pool, &stream, facilities).await, stream)
        }
    };
    let found: Option<Link> = found.map_err(|error| Problem::database_unavailable(&error))?;
    let found = found.ok_or_else(|| Problem::not_found("There is no such link"))?;
    access_log::at_thing(&app, &caller, View::Link, &stream).await?;
    Ok(Json(found))
}
