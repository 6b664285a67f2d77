//! `POST /v1/erasures`, `GET /v1/erasures/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::accountability::erasure::{self, ErasureStatus, Named, Wish};
use hip_commands::port::eraser::RecordCounts;
use hip_domain::access::View;
use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::reason::Reason;
use hip_domain::subject::{Ground, RequestedBy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, PathParam, ShortText};
use crate::http::extract::schema::FacilityName;
use crate::http::intake::facilities::chosen;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanErase, CanOperate};
use crate::http::middleware::problem::{Fault, Problem};

/// The patient to erase. In the body, because a URL must not identify a patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RequestErasure {
    /// In any case. An address is no longer found after its owner left ABDM.
    #[schema(value_type = Option<String>, max_length = 100, example = "test.person@sbx")]
    abha_address: Option<ShortText>,
    /// The facility's own id of the patient. Give either this or the address.
    #[schema(value_type = Option<String>, max_length = 100)]
    patient_reference: Option<ShortText>,
    /// Reason of the erasure. It stays in the log, so it must not identify a person: no `@`, no more than 8 digits in a
    /// row. Required unless `dryRun` is set.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    /// Only at this facility; by default at every facility of the caller.
    #[schema(inline, value_type = Option<FacilityName>)]
    facility: Option<FacilityId>,
    /// Return the decision and change nothing.
    #[serde(default)]
    dry_run: bool,
}

/// The decision for each match: a patient has a separate record at each facility.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decisions {
    /// In the order of the facilities.
    items: Vec<Decision>,
}

/// The decision for one patient at one facility, or the expected one in a dry run.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decision {
    /// Id for `GET /v1/erasures/{id}`. A pseudonym.
    id: String,
    /// The facility.
    facility_id: String,
    /// `requested` or `refused`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Reason of a refusal.
    ground: Option<Binding>,
    /// Number of the patient's records.
    holdings: Held,
}

/// A retention rule that obliges the facility to keep records.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding {
    /// The class of records.
    class: String,
    /// The law or purpose.
    legal_ground: String,
    /// End of the obligation, in UTC.
    until: DateTime<Utc>,
}

impl From<Ground> for Binding {
    fn from(ground: Ground) -> Self {
        let Ground { class, legal_ground, until } = ground;
        Self { class, legal_ground, until }
    }
}

/// Number of a patient's records, by kind.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    /// Keys: the patient's own, and those of messages about them.
    keys: u64,
    /// Visits.
    visits: u64,
    /// Care contexts.
    care_contexts: u64,
    /// Consents.
    consents: u64,
    /// Discoveries that matched the patient.
    discoveries: u64,
    /// Links that the patient started.
    user_links: u64,
}

impl From<RecordCounts> for Held {
    fn from(holdings: RecordCounts) -> Self {
        Self {
            keys: holdings.keys,
            visits: holdings.visits,
            care_contexts: holdings.care_contexts,
            consents: holdings.consents,
            discoveries: holdings.discoveries,
            user_links: holdings.user_links,
        }
    }
}

/// Erases a patient.
///
/// The keys are destroyed, and all stored data is deleted. This cannot be undone.
#[utoipa::path(post, path = "/v1/erasures", tag = "erasure", operation_id = "requestErasure",
    request_body = RequestErasure,
    responses((status = 200, body = Decisions, description = "What would be decided; nothing was done."),
              (status = 202, body = Decisions, description = "It was decided, and will be done.")))]
pub(crate) async fn request(
    Authorized(caller, _): Authorized<CanErase>,
    State(app): Context,
    JsonBody(wish): JsonBody<RequestErasure>,
) -> Result<Response, Problem> {
    let facilities = facilities(&app, &caller, wish.facility.as_ref())?;
    let named = named(wish.abha_address.as_ref(), wish.patient_reference.as_ref())?;
    let decide = match (wish.dry_run, &wish.reason) {
        (true, _) => None,
        (false, Some(reason)) => Some(Wish {
            by: RequestedBy::Client(caller.name.clone()),
            reason: reason.clone(),
            id: app.ports.ids.random(),
        }),
        (false, None) => {
            return Err(Problem::unprocessable(vec![Fault::of_value("reason", "must say why")]));
        }
    };
    let mut items = vec![];
    for facility in &facilities {
        let ports = &app.ports;
        for subject in erasure::find(ports, facility, &named).await.map_err(problem)? {
            let decided = if let Some(wish) = &decide {
                erasure::request(ports, facility, subject, wish).await
            } else {
                access_log::at_person(&app, &caller, View::Erasure, subject).await?;
                erasure::preview(ports, facility, subject).await
            };
            items.push(Decision::from(decided.map_err(problem)?));
        }
    }
    if items.is_empty() {
        return Err(Problem::not_found("Nobody is known by this"));
    }
    let status = if wish.dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(Decisions { items })).into_response())
}

impl From<erasure::Decision> for Decision {
    fn from(decision: erasure::Decision) -> Self {
        let erasure::Decision { subject, facility, counts, ground } = decision;
        Self {
            id: subject.to_string(),
            facility_id: facility.into(),
            state: if ground.is_some() { "refused" } else { "requested" },
            ground: ground.map(Binding::from),
            holdings: counts.into(),
        }
    }
}

/// The named facility, or all that the caller serves.
pub(in crate::http) fn facilities(
    app: &App,
    caller: &Caller,
    named: Option<&FacilityId>,
) -> Result<Vec<FacilityId>, Problem> {
    if named.is_some() {
        return Ok(vec![chosen(app, caller, named)?]);
    }
    let served = app.ports.settings.facilities.iter().map(|facility| &facility.id);
    Ok(served.filter(|facility| caller.serves(facility)).cloned().collect())
}

/// The patient's address or reference; exactly one is required.
pub(in crate::http) fn named<'a>(
    abha_address: Option<&'a ShortText>,
    patient_reference: Option<&'a ShortText>,
) -> Result<Named<'a>, Problem> {
    match (abha_address, patient_reference) {
        (Some(address), None) => Ok(Named::AbhaAddress(&address.0)),
        (None, Some(reference)) => Ok(Named::Reference(&reference.0)),
        (Some(_), Some(_)) | (None, None) => {
            let message = "either this or patientReference must be given";
            Err(Problem::unprocessable(vec![Fault::of_value("abhaAddress", message)]))
        }
    }
}

/// State of an erasure. It does not identify the patient.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Erasure {
    /// Id of the erasure. A pseudonym.
    id: String,
    /// The facility.
    facility_id: String,
    /// `requested`, `refused`, `erased` (the keys are destroyed) or `purged` (all data is deleted).
    #[schema(value_type = String)]
    state: &'static str,
    /// The client that requested it, `opt-out`, or `restored`.
    requested_by: String,
    /// Reason of the request.
    reason: String,
    /// Time of the decision, in UTC.
    decided_at: DateTime<Utc>,
    /// Reason of a refusal.
    ground: Option<Binding>,
    /// When the keys were destroyed, in UTC.
    erased_at: Option<DateTime<Utc>>,
    /// Number of destroyed keys.
    keys_destroyed: Option<u64>,
    /// When all data was deleted, in UTC.
    purged_at: Option<DateTime<Utc>>,
}

/// Returns the state of an erasure.
#[utoipa::path(get, path = "/v1/erasures/{id}", tag = "erasure", operation_id = "showErasure",
    params(("id" = String, Path, max_length = 36, example = "5f0c3a52-0000-4000-8000-000000000007")),
    responses((status = 200, body = Erasure)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<Erasure>, Problem> {
    const ABSENT: &str = "There is no such erasure";
    let subject = SubjectId::parse(&id).map_err(|_| Problem::not_found(ABSENT))?;
    let told = erasure::status(&app.ports, subject).await.map_err(problem)?;
    let told = told.filter(|told| caller.serves(&told.facility));
    let told = told.ok_or_else(|| Problem::not_found(ABSENT))?;
    access_log::at_person(&app, &caller, View::Erasure, subject).await?;
    Ok(Json(shown(subject, told)))
}

fn shown(subject: SubjectId, told: ErasureStatus) -> Erasure {
    Erasure {
        id: subject.to_string(),
        state: told.state(),
        facility_id: told.facility.into(),
        requested_by: match told.by {
            RequestedBy::Client(name) => name.into(),
            RequestedBy::OptOut => "opt-out".to_owned(),
            RequestedBy::Restored => "restored".to_owned(),
        },
        reason: told.reason.into(),
        decided_at: told.decided_at,
        ground: told.ground.map(Binding::from),
        erased_at: told.erased.map(|(at, _)| at),
        keys_destroyed: told.erased.map(|(_, destroyed)| destroyed.keys),
        purged_at: told.purged.map(|(at, _)| at),
    }
}

fn problem(error: impl std::error::Error) -> Problem {
    tracing::error!(%error, "an erasure could not be decided or shown");
    Problem::unavailable()
}
