//! `POST /v1/links`, `POST /v1/link-tokens/status`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use hip_commands::caller::Caller;
use hip_commands::linking::{self, LinkingError};
use hip_domain::id::{CareContextReference, FacilityId};
use serde::{Deserialize, Serialize};

use super::Context;
use super::caller::{By, Linking};
use super::problem::{Fault, Problem};
use crate::compose::Composed;

/// Which visit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartLink {
    visit_code: String,
    /// Needed when more than one facility is served.
    facility: Option<String>,
}

/// Tries to link a visit again. 202: what becomes of it is shown by `GET /v1/visits/{code}`.
pub(crate) async fn start(
    By(caller, _): By<Linking>,
    State(composed): Context,
    Json(wish): Json<StartLink>,
) -> Result<StatusCode, Problem> {
    let facility = facility(&composed, &caller, wish.facility.as_deref())?;
    let code = CareContextReference::parse(wish.visit_code)
        .map_err(|error| fault("visitCode", &error.to_string()))?;
    linking::start(&composed.provider, &facility, &code).await.map_err(|error| problem(&error))?;
    Ok(StatusCode::ACCEPTED)
}

/// Whose tokens. In the body: an address is personal, and URLs are logged everywhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AskStatus {
    abha_address: String,
    facility: Option<String>,
}

/// How it stands with somebody's link tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    state: &'static str,
    usable_until: Option<DateTime<Utc>>,
    requests_in_24_hours: usize,
    requests_allowed: usize,
    next_request_at: Option<DateTime<Utc>>,
    why: Option<&'static str>,
}

/// Whether there is a token, how many were asked for, and when the next may be.
pub(crate) async fn token_status(
    By(caller, _): By<Linking>,
    State(composed): Context,
    Json(wish): Json<AskStatus>,
) -> Result<Json<Status>, Problem> {
    let facility = facility(&composed, &caller, wish.facility.as_deref())?;
    let status = linking::token_status(&composed.provider, &facility, &wish.abha_address)
        .await
        .map_err(|error| problem(&error))?;
    let state = match (status.usable_until, status.requested) {
        (Some(_), _) => "issued",
        (None, true) => "requested",
        (None, false) => "none",
    };
    Ok(Json(Status {
        state,
        usable_until: status.usable_until,
        requests_in_24_hours: status.used.0,
        requests_allowed: status.used.1,
        next_request_at: status.held.map(|(until, _)| until),
        why: status.held.map(|(_, why)| why.as_words()),
    }))
}

/// The caller's facility that is named, or their only one. Somebody else's has nothing for them.
fn facility(
    composed: &Composed,
    caller: &Caller,
    named: Option<&str>,
) -> Result<FacilityId, Problem> {
    let facilities = composed.provider.settings.facilities.iter().map(|facility| &facility.id);
    let theirs: Vec<_> = facilities.filter(|facility| caller.serves(facility)).collect();
    match (named, theirs.as_slice()) {
        (None, [only]) => Ok((*only).clone()),
        (None, _) => Err(fault("facility", "must be named: the caller has several")),
        (Some(named), theirs) => {
            let found = theirs.iter().find(|facility| facility.as_str() == named);
            found.map(|facility| (*facility).clone()).ok_or_else(absent)
        }
    }
}

fn absent() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not-found",
        "There is no such visit",
        "a visit has to be pushed before it can be linked",
    )
}

fn fault(path: &str, message: &str) -> Problem {
    let title = "The request is not valid";
    let detail = "mend the fields in `errors` and send it again";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", title, detail);
    problem.with_faults(vec![Fault {
        path: path.to_owned(),
        rule: "value".to_owned(),
        message: message.to_owned(),
    }])
}

fn problem(error: &LinkingError) -> Problem {
    match error {
        LinkingError::NoVisit => absent(),
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
