//! `POST /fhir/$validate`, `GET /fhir/Bundle/{documentId}`.

mod outcome;
mod parameters;

use abdm_fhir::validate::{Limits, Report, ValidateOptions, validate as check};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use axum::response::{IntoResponse, Response};
use hip_commands::sharing::read_document::{self, ReadOutcome};
use hip_infra::config::text_file::bytes_without_mark;
use hip_infra::postgres::queries::visit_documents;
use uuid::Uuid;

use self::outcome::FhirOutcome;
use self::parameters::resource;
use crate::http::Context;
use crate::http::extract::bodies::{self, Unread};
use crate::http::extract::input::{PathParam, is_json};
use crate::http::middleware::caller::{Authorized, CanReadDocuments, facility_filter};
use crate::http::middleware::problem::Problem;

/// The media type of all responses.
const FHIR_JSON: &str = "application/fhir+json";

/// Validates a resource, alone or as the parameter `resource`.
///
/// The status is 200 whatever is found: the findings are the result.
#[utoipa::path(post, path = "/fhir/$validate", tag = "fhir", operation_id = "validate",
    request_body(description = "A resource of FHIR R4, or `Parameters` with one, of at most 50 MiB.",
        content((Value = "application/fhir+json"), (Value = "application/json"))),
    responses((status = 200, body = Object, content_type = "application/fhir+json",
               description = "An OperationOutcome with all findings.")))]
pub(crate) async fn validate(
    caller: Result<Authorized<CanReadDocuments>, Problem>,
    State(app): Context,
    request: Request,
) -> Result<FhirOutcome, FhirOutcome> {
    let Authorized(caller, _) = caller?;
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Problem::unsupported(FHIR_JSON).into());
    }
    let name = caller.name.as_str();
    let bytes_max = Limits::default().bytes;
    let read = bodies::read(&app.room, name, &parts.headers, body, bytes_max).await;
    let (body, taken) = read.map_err(|unread| match unread {
        Unread::TooLarge => FhirOutcome::too_large(),
        Unread::Busy | Unread::BrokenOff => Problem::from_status(unread.status()).into(),
    })?;
    // Validating a large document is CPU-bound, so it runs on a blocking thread.
    let report = tokio::task::spawn_blocking(move || {
        let _taken = taken;
        let rules = app.ports.settings.bundle.rules();
        check(resource(bytes_without_mark(&body)), rules, &ValidateOptions::default())
    });
    Ok(FhirOutcome::found(&report.await.map_err(|_| FhirOutcome::from(Problem::unavailable()))?))
}

/// Returns a document of a visit, as it would be sent to an HIU.
#[utoipa::path(get, path = "/fhir/Bundle/{documentId}", tag = "fhir", operation_id = "showBundle",
    params(("documentId" = Uuid, Path, description = "a `document_id` of a visit")),
    responses((status = 200, body = Object, content_type = "application/fhir+json",
               headers(("etag" = String, description = "the revision of the visit"),
                       ("last-modified" = String, description = "when that was recorded"))),
              (status = 422, body = Object, content_type = "application/fhir+json",
               description = "It is not fit to be shared; an OperationOutcome says why.")))]
pub(crate) async fn bundle(
    caller: Result<Authorized<CanReadDocuments>, Problem>,
    State(app): Context,
    id: Result<PathParam, Problem>,
) -> Result<Response, FhirOutcome> {
    let Authorized(caller, _) = caller?;
    let PathParam(id) = id?;
    let id = Uuid::parse_str(&id).map_err(|_| FhirOutcome::not_found())?;
    let visit = visit_documents::visit_of(&app.pool, id, facility_filter(&caller, None)).await;
    let visit = visit.map_err(|error| Problem::database_unavailable(&error))?;
    let visit = visit.ok_or_else(FhirOutcome::not_found)?;
    let shown = read_document::show(&app.ports, &visit, id, &caller).await;
    let shown = shown.map_err(|error| {
        tracing::warn!(%error, "a document could not be shown");
        // An erased document counts as absent; a retry cannot help.
        if error.is_final() {
            FhirOutcome::not_found()
        } else {
            FhirOutcome::from(Problem::unavailable())
        }
    })?;
    match shown {
        ReadOutcome::Fit { json, revision, recorded_at } => {
            let changed = recorded_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let headers = [
                (CONTENT_TYPE, FHIR_JSON.to_owned()),
                (ETAG, format!("W/\"{revision}\"")),
                (LAST_MODIFIED, changed),
            ];
            Ok((headers, json).into_response())
        }
        ReadOutcome::Unfit(findings) => {
            Err(FhirOutcome::invalid(&Report { findings, is_truncated: false }))
        }
        ReadOutcome::Replaced => Err(FhirOutcome::not_found()),
    }
}
