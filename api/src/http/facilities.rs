//! `GET /v1/facilities`; and the one facility that a request is about.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hip_commands::caller::Caller;
use hip_domain::id::FacilityId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Context;
use super::caller::{By, Looking};
use super::problem::{Fault, Problem};
use crate::compose::Composed;

/// A facility that is served here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facility {
    /// Its service id: `X-HIP-ID`.
    #[schema(example = "IN0610099001")]
    id: String,
    /// Its id in the register of facilities, where that is another.
    hfr_id: Option<String>,
    /// Its name.
    #[schema(example = "PHC Ambegaon")]
    name: String,
    /// Whether none of its visits is fetched at the moment.
    intake_paused: bool,
    /// Why, in the operator's words.
    pause_reason: Option<String>,
}

/// The caller's facilities.
#[derive(Serialize, ToSchema)]
pub(crate) struct Facilities {
    /// In the order of the configuration.
    items: Vec<Facility>,
}

/// The caller's facilities, all of them.
#[utoipa::path(get, path = "/v1/facilities", tag = "operations", operation_id = "listFacilities",
    responses((status = 200, body = Facilities)))]
pub(crate) async fn list(
    By(caller, _): By<Looking>,
    State(composed): Context,
) -> Result<Json<Facilities>, Problem> {
    let paused: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT facility_id, reason FROM hip.facility_intake WHERE paused")
            .fetch_all(&composed.pool)
            .await
            .map_err(|error| Problem::no_answer(&error))?;
    let served = composed.provider.settings.facilities.iter();
    let items = served.filter(|facility| caller.serves(&facility.id)).map(|facility| {
        let pause = paused.iter().find(|(id, _)| id == facility.id.as_str());
        Facility {
            id: facility.id.to_string(),
            hfr_id: facility.hfr_id.as_ref().map(ToString::to_string),
            name: facility.name.clone(),
            intake_paused: pause.is_some(),
            pause_reason: pause.and_then(|(_, reason)| reason.clone()),
        }
    });
    Ok(Json(Facilities { items: items.collect() }))
}

/// The caller's facility that is named, or their only one. Somebody else's has nothing for them.
pub(crate) fn chosen(
    composed: &Composed,
    caller: &Caller,
    named: Option<&FacilityId>,
) -> Result<FacilityId, Problem> {
    let served = composed.provider.settings.facilities.iter().map(|facility| &facility.id);
    let mut theirs = served.filter(|facility| caller.serves(facility));
    if let Some(named) = named {
        let found = theirs.find(|facility| *facility == named);
        return found.cloned().ok_or_else(|| Problem::absent("There is no such facility"));
    }
    match (theirs.next(), theirs.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None | Some(_), _) => Err(unnamed()),
    }
}

fn unnamed() -> Problem {
    let title = "The request is not valid";
    let detail = "mend the fields in `errors` and send it again";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", title, detail);
    problem.with_faults(vec![Fault {
        path: "facility".to_owned(),
        rule: "value".to_owned(),
        message: "must be named: the caller has several".to_owned(),
    }])
}
