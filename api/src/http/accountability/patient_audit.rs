//! `POST /v1/audit/patients`: to whom somebody's records went, and who has looked at them.

use axum::Json;
use axum::extract::State;
use hip_commands::accountability::audit;
use hip_commands::accountability::erasure::{self, Whereabouts};
use hip_domain::access::View;
use hip_domain::id::FacilityId;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::http::Context;
use crate::http::accountability::erasures::{facilities, named};
use crate::http::extract::input::{JsonBody, ShortText};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanOperate};
use crate::http::middleware::problem::Problem;

/// Whose records. In the body: who somebody is must not be in a URL.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuditPatient {
    /// Any case.
    #[schema(value_type = Option<String>, max_length = 100, example = "test.person@sbx")]
    abha_address: Option<ShortText>,
    /// The facility's own id of the person. Either this or the address.
    #[schema(value_type = Option<String>, max_length = 100)]
    patient_reference: Option<ShortText>,
    /// Only there; else at every facility of the caller.
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$", example = "IN0610099001")]
    facility: Option<FacilityId>,
}

/// What became of the records of each that is meant: a person is another one at each facility.
#[derive(Serialize, ToSchema)]
pub(crate) struct PatientAudits {
    /// In the order of the facilities.
    items: Vec<PatientAudited>,
}

/// What became of one person's records at one facility.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatientAudited {
    /// A pseudonym.
    patient: String,
    /// The facility.
    facility_id: String,
    /// They were erased: then it is not known any more which disclosures were theirs.
    erased: bool,
    /// Each as `hip audit consent --json` prints it: whom it lets see what, and every page that was taken.
    #[schema(value_type = Vec<Object>)]
    consents: Value,
    /// Who has looked: `at`, `position` in the log, `who`, `what`, `document`, and `of` which thing, by its
    /// stream. Looks that are alike are told once an hour.
    #[schema(value_type = Vec<Object>)]
    looks: Value,
}

/// Every disclosure of somebody's records, and every look at them. That it was asked for is in the log.
#[utoipa::path(post, path = "/v1/audit/patients", tag = "erasure", operation_id = "auditPatient",
    request_body = AuditPatient, responses((status = 200, body = PatientAudits)))]
pub(crate) async fn audit_patient(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    JsonBody(asked): JsonBody<AuditPatient>,
) -> Result<Json<PatientAudits>, Problem> {
    let ports = &app.ports;
    let named = named(asked.abha_address.as_ref(), asked.patient_reference.as_ref())?;
    let evidence = PgHistoryReader::new(app.pool.clone());
    let mut items = vec![];
    for facility in facilities(&app, &caller, asked.facility.as_ref())? {
        let found = erasure::whereabouts(ports, &facility, &named).await.map_err(problem)?;
        for Whereabouts { whose, is_erased } in found {
            let told = audit::patient(&evidence, &whose).await.map_err(problem)?;
            access_log::at_person(&app, &caller, View::Audit, whose.subject).await?;
            items.push(PatientAudited {
                patient: told.patient.to_string(),
                facility_id: told.facility,
                erased: is_erased,
                consents: json!(told.consents),
                looks: json!(told.looks),
            });
        }
    }
    if items.is_empty() {
        return Err(Problem::not_found("Nobody is known by this"));
    }
    Ok(Json(PatientAudits { items }))
}

fn problem(error: impl std::error::Error) -> Problem {
    tracing::error!(%error, "a patient's disclosures could not be told");
    Problem::unavailable()
}
