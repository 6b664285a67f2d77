//! `POST /v1/links`, `POST /v1/link-tokens/status`. What became of a link is in [`crate::http::linking::link`].

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
use crate::http::intake::facilities::chosen;
use crate::http::linking::care_contexts::at_holders;
use crate::http::middleware::caller::{Authorized, CanLink};
use crate::http::middleware::problem::Problem;

/// Which visit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StartLink {
    /// As it was pushed.
    #[schema(value_type = String, min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_@,. ()/:\\\\-]+$",
             example = "30000000000104729")]
    visit_code: CareContextReference,
    /// Needed when the caller has several.
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$", example = "IN0610099001")]
    facility: Option<FacilityId>,
}

/// A link that is tried.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedLink {
    /// For `GET /v1/links/{id}`.
    id: String,
    /// The visit.
    visit_code: String,
    /// Its facility.
    facility_id: String,
}

/// Tries to link a visit, whatever came of it before. Linked already, it stays as it is.
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

/// Whose tokens. In the body: an address is personal, and URLs are logged everywhere.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AskStatus {
    /// Any case.
    #[schema(value_type = String, max_length = 100, example = "test.person@sbx")]
    abha_address: ShortText,
    /// Needed when the caller has several.
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$", example = "IN0610099001")]
    facility: Option<FacilityId>,
}

/// How it stands with somebody's link tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenStatus {
    /// `issued`, `requested` or `none`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Until when there is one.
    usable_until: Option<DateTime<Utc>>,
    /// How often one was asked for.
    requests_in_24_hours: usize,
    /// How often the gateway allows it.
    requests_allowed: usize,
    /// When the next request may leave; nothing, when it may now.
    next_request_at: Option<DateTime<Utc>>,
    /// Why not before.
    #[schema(value_type = Option<String>)]
    why: Option<&'static str>,
}

/// Whether there is a token, how many were asked for, and when the next may be.
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
