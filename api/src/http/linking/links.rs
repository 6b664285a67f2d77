//! `POST /v1/links`, `POST /v1/link-tokens/status`. The state of a link is in [`crate::http::linking::link`].

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use hip_commands::linking::start::{self, LinkingError};
use hip_commands::patients::lookup::LookupKey;
use hip_domain::access::View;
use hip_domain::id::{CareContextReference, FacilityId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::Context;
use crate::http::extract::input::{JsonBody, ShortText};
use crate::http::extract::schema::FacilityName;
use crate::http::intake::facilities::chosen;
use crate::http::linking::care_contexts::at_holders;
use crate::http::middleware::caller::{Authorized, CanLink};
use crate::http::middleware::problem::Problem;

/// The visit to link.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StartLink {
    /// Visit code as it was pushed.
    #[schema(value_type = String, min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_@,. ()/:\\\\-]+$",
             example = "30000000000104729")]
    pub(crate) visit_code: CareContextReference,
    /// Required if the caller has several.
    #[schema(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
}

/// A started link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedLink {
    /// Id for `GET /v1/links/{id}`.
    pub(crate) id: String,
    /// Code of the visit.
    pub(crate) visit_code: String,
    /// Its facility.
    pub(crate) facility_id: String,
}

/// Starts to link a visit, whatever the earlier result. A linked visit is unchanged.
#[utoipa::path(post, path = "/v1/links", tag = "linking", operation_id = "startLink",
    request_body = StartLink,
    responses((status = 202, body = StartedLink, description = "It will be tried.",
               headers(("location" = String, description = "where the link is shown")))))]
pub(crate) async fn start(
    Authorized(caller, _): Authorized<CanLink>,
    State(app): Context,
    JsonBody(wish): JsonBody<StartLink>,
) -> Result<Response, Problem> {
    let facility = chosen(&app, &caller, wish.facility.as_ref())?;
    let link = start::start(&app.ports, &facility, &wish.visit_code).await;
    let link = link.map_err(|error| problem(&error))?;
    let id = link.as_str().to_owned();
    let location = format!("/v1/links/{id}");
    let body = StartedLink { id, visit_code: wish.visit_code.into(), facility_id: facility.into() };
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(body)).into_response())
}

/// Selects tokens by patient. In the body, because an address is personal and URLs are logged.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AskStatus {
    /// In any case.
    #[schema(value_type = String, max_length = 100, example = "test.person@sbx")]
    pub(crate) abha_address: ShortText,
    /// Required if the caller has several.
    #[schema(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
}

/// State of a patient's link tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenStatus {
    /// `issued`, `requested` or `none`.
    #[schema(value_type = String)]
    pub(crate) state: &'static str,
    /// Expiry of the current token, in UTC.
    pub(crate) usable_until: Option<DateTime<Utc>>,
    /// Number of requests in the last 24 hours.
    requests_in_24_hours: usize,
    /// Number of requests that the gateway allows.
    pub(crate) requests_allowed: usize,
    /// When the next request may leave; `None` if it may now.
    pub(crate) next_request_at: Option<DateTime<Utc>>,
    /// Why not earlier.
    #[schema(value_type = Option<String>)]
    pub(crate) why: Option<&'static str>,
}

/// Returns the state of link tokens: expiry, number of requests, and when the next one may be sent.
#[utoipa::path(post, path = "/v1/link-tokens/status", tag = "linking",
    operation_id = "showLinkTokenStatus", request_body = AskStatus,
    responses((status = 200, body = TokenStatus)))]
pub(crate) async fn token_status(
    Authorized(caller, _): Authorized<CanLink>,
    State(app): Context,
    JsonBody(wish): JsonBody<AskStatus>,
) -> Result<Json<TokenStatus>, Problem> {
    let facility = chosen(&app, &caller, wish.facility.as_ref())?;
    let status = start::token_status(&app.ports, &facility, &wish.abha_address.0)
        .await
        .map_err(|error| problem(&error))?;
    let address = LookupKey::AbhaAddress(&wish.abha_address.0);
    let address = app.ports.vault.pseudonym(&facility, &address).await;
    let address = address.map_err(|error| problem(&LinkingError::Vault(error)))?;
    at_holders(&app, &caller, View::LinkToken, (&facility, &address)).await?;
    let state = match (status.usable_until, status.requested) {
        (Some(_), _) => "issued",
        (None, true) => "requested",
        (None, false) => "none",
    };
    Ok(Json(TokenStatus {
        state,
        usable_until: status.usable_until,
        requests_in_24_hours: status.used.0,
        requests_allowed: status.used.1,
        next_request_at: status.held.map(|(until, _)| until),
        why: status.held.map(|(_, why)| why.as_words()),
    }))
}

fn problem(error: &LinkingError) -> Problem {
    match error {
        LinkingError::NoVisit => Problem::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is no such visit",
            "a visit has to be pushed before it can be linked",
        ),
        LinkingError::NoAbhaAddress => Problem::new(
            StatusCode::CONFLICT,
            "no-abha-address",
            "The visit mentions no ABHA address",
            "push the visit again with it, or let the patient discover the visit",
        ),
        LinkingError::Visit(_) | LinkingError::Token(_) | LinkingError::Vault(_) => {
            tracing::error!(%error, "a link could not be started");
            Problem::unavailable()
        }
    }
}
