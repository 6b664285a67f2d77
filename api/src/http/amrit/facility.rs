//! `POST /facility/saveAbdmFacilityId`, `GET /facility/getAbdmRegisteredFacilities`.

use axum::extract::State;
use hip_commands::linking::amrit::facility::choose;
use hip_domain::id::{CareContextReference, FacilityId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::envelope::Envelope;
use super::facility;
use super::member::Member;
use super::session::Session;
use crate::http::Context;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AmritFacilityRequest {
    abdm_facility_id: Member,
    visit_code: Member,
}

/// AMRIT's two response texts.
const SAVED: &str = "ABDM Facility ID updated successfully";
const NOT_SAVED: &str = "FHIR Error while updating ABDM Facility ID";

/// Stores the facility of a visit, for visit documents without one.
pub(super) async fn save(
    Session(caller): Session,
    State(app): Context,
    Body(request): Body<AmritFacilityRequest>,
) -> Result<Envelope, Envelope> {
    let (Ok(facility), Ok(visit_code)) = (
        facility(&app, &caller, request.abdm_facility_id.as_str()),
        CareContextReference::parse(request.visit_code.as_str()),
    ) else {
        return Ok(Envelope::said(NOT_SAVED));
    };
    choose(&app.ports, facility, visit_code).await?;
    Ok(Envelope::said(SAVED))
}

/// Lists the facilities that the gateway has registered as providers under our bridge.
pub(super) async fn registered(
    Session(caller): Session,
    State(app): Context,
) -> Result<Envelope, Envelope> {
    let bridge = app.gateway.bridge().await.map_err(|_| {
        Envelope::failed("The gateway does not answer at the moment, please try again")
    })?;
    let is_provider = |types: &[String]| types.iter().any(|kind| kind == "HIP");
    let is_theirs = |id: &str| FacilityId::parse(id).is_ok_and(|id| caller.serves(&id));
    let services = bridge.services.into_iter().filter(|service| is_provider(&service.types));
    let services = services.filter(|service| is_theirs(&service.id));
    let listed: Vec<Value> = services
        .map(|service| json!({ "id": service.id, "name": service.name.unwrap_or_default() }))
        .collect();
    Ok(Envelope::ok(Value::Array(listed)))
}
