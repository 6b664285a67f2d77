//! `POST /v1/audit/patients`: recipients of a patient's records, and the access log.

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
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanOperate};
use crate::http::middleware::problem::Problem;

/// The patient to audit. In the body, because a URL must not identify a patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuditPatient {
    /// In any case.
    #[schema(value_type = Option<String>, max_length = 100, example = "test.person@sbx")]
    abha_address: Option<ShortText>,
    /// The facility's own id of the patient. Give either this or the address.
    #[schema(value_type = Option<String>, max_length = 100)]
    patient_reference: Option<ShortText>,
    /// Only at this facility; by default at every facility of the caller.
    #[schema(inline, value_type = Option<FacilityName>)]
    facility: Option<FacilityId>,
}

/// The audit of each match: a patient has a separate record at each facility.
#[derive(Serialize, ToSchema)]
pub(crate) struct PatientAudits {
    /// In the order of the facilities.
    items: Vec<PatientAudited>,
}

/// Audit of one patient's records at one facility.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatientAudited {
    /// Id of the patient. A pseudonym.
    patient: String,
    /// The facility.
    facility_id: String,
    /// The patient was erased: it is no longer known which disclosures were theirs.
    erased: bool,
    /// Consents in the format of `hip audit consent --json`: the recipient, the permitted records, and every page that
    /// was
    /// sent.
    #[schema(value_type = Vec<Object>)]
    consents: Value,
    /// Access log: `at`, `position` in the log, `who`, `what`, `document`, and `of`, the stream of the
    /// accessed item. Equal accesses are recorded once an hour.
    #[schema(value_type = Vec<Object>)]
    looks: Value,
}

/// Lists every disclosure of a patient's records, and every access to them.
///
/// The request itself is recorded in the access log.
#[utoipa::path(post, path = "/v1/audit/patients", tag = "erasure", operation_id = "auditPatient",
    request_body = AuditPatient, responses((status = 200, body = PatientAudits)))]
pub(crate) async fn audit_patient(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    JsonBody(request): JsonBody<AuditPatient>,
) -> Result<Json<PatientAudits>, Problem> {
    let ports = &app.ports;
    let named = named(request.abha_address.as_ref(), request.patient_reference.as_ref())?;
    let evidence = PgHistoryReader::new(app.pool.clone());
    let mut items = vec![];
    for facility in facilities(&app, &caller, request.facility.as_ref())? {
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
    tracing::error!(%error, "the disclosures of a patient could not be listed");
    Problem::unavailable()
}
