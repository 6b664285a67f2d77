//! `GET /v1/facilities`, and the selection of one facility for a request.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hip_commands::accountability::caller::Caller;
use hip_domain::id::FacilityId;
use hip_infra::postgres::queries::facility_intake;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::Context;
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::caller::{Authorized, CanView};
use crate::http::middleware::problem::{Fault, Problem};

/// A configured facility.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facility {
    /// Its service id: `X-HIP-ID`.
    #[schema(example = "IN0610099001")]
    pub(crate) id: String,
    /// Its id in the Health Facility Registry, if different.
    pub(crate) hfr_id: Option<String>,
    /// Its name.
    #[schema(example = "PHC Ambegaon")]
    pub(crate) name: String,
    /// Whether fetching of its visits is paused.
    pub(crate) intake_paused: bool,
    /// Reason of the pause, written by the operator.
    pub(crate) pause_reason: Option<String>,
}

/// The caller's facilities.
#[derive(Serialize, ToSchema)]
pub(crate) struct Facilities {
    /// In the order of the configuration.
    pub(crate) items: Vec<Facility>,
}

/// Lists the caller's facilities.
#[utoipa::path(get, path = "/v1/facilities", tag = "operations", operation_id = "listFacilities",
    responses((status = 200, body = Facilities)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
) -> Result<Json<Facilities>, Problem> {
    let paused = facility_intake::paused(&app.pool).await;
    let paused = paused.map_err(|error| Problem::database_unavailable(&error))?;
    let served = app.ports.settings.facilities.iter();
    let items = served.filter(|facility| caller.serves(&facility.id)).map(|facility| {
        let pause = paused.iter().find(|(id, _)| id == facility.id.as_str());
        Facility {
            id: facility.service_id.to_string(),
            hfr_id: facility.hfr_id.as_ref().map(ToString::to_string),
            name: facility.name.clone(),
            intake_paused: pause.is_some(),
            pause_reason: pause.and_then(|(_, reason)| reason.clone()),
        }
    });
    Ok(Json(Facilities { items: items.collect() }))
}

/// Selects the facility of an item.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FacilityFilter {
    /// The facility; required if several of the caller's facilities have an item with this name.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
}

/// The only match. A name may exist at several facilities.
pub(crate) fn only<T>(found: Vec<T>, absent: &'static str) -> Result<T, Problem> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Problem::new(
            StatusCode::CONFLICT,
            "ambiguous",
            "Several facilities have one of this name",
            "name the facility: ?facility=…",
        )),
        (None, _) => Err(Problem::not_found(absent)),
    }
}

/// The caller's facility that is named, or their only one. Another facility is treated as unknown.
pub(crate) fn chosen(
    app: &App,
    caller: &Caller,
    named: Option<&FacilityId>,
) -> Result<FacilityId, Problem> {
    let settings = &app.ports.settings;
    if let Some(named) = named {
        let found = settings.facility_named(named).filter(|found| caller.serves(&found.id));
        let found = found.ok_or_else(|| Problem::not_found("There is no such facility"))?;
        return Ok(found.id.clone());
    }
    let served = settings.facilities.iter().map(|facility| &facility.id);
    let mut theirs = served.filter(|facility| caller.serves(facility));
    match (theirs.next(), theirs.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None | Some(_), _) => Err(unnamed()),
    }
}

fn unnamed() -> Problem {
    let message = "must be named: the caller has several";
    Problem::unprocessable(vec![Fault::of_value("facility", message)])
}
