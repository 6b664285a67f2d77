//! `GET /v1/visits`, `GET /v1/visits/{visitCode}`: the state of a visit.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::patients::lookup::LookupKey;
use hip_commands::port::Log;
use hip_commands::visits::visit_revision::VisitRevision;
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{CareContextReference, FacilityId};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::lists;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::extract::page::{Cursor, Limit, Page, PageRequest};
use crate::http::extract::schema::FacilityName;
use crate::http::intake::facilities::{FacilityFilter, chosen, only};
use crate::http::intake::visit_answer::Warning;
use crate::http::linking::link_error::{LinkError, LinkErrorDetail};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanView, facility_filter_by_id};
use crate::http::middleware::position;
use crate::http::middleware::problem::Problem;

/// State of a visit.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Visit {
    /// Its stream in the log; not returned.
    #[serde(skip)]
    pub(crate) stream_id: String,
    /// Visit code as it was pushed.
    #[serde(rename = "visitCode")]
    #[schema(example = "30000000000104729")]
    pub(crate) code: String,
    /// Its facility.
    #[schema(example = "IN0610099001")]
    pub(crate) facility_id: String,
    /// Number of the revision, from 1; each amendment counts.
    pub(crate) revision: i32,
    /// Date of the visit, in UTC.
    pub(crate) visited_at: DateTime<Utc>,
    /// When this revision was pushed, in UTC.
    pub(crate) recorded_at: DateTime<Utc>,
    /// Whether it is linked to an ABHA address.
    pub(crate) linked: bool,
    /// `unlinked`, `requested` or `linked`; `null` while it is not known.
    pub(crate) link_state: Option<String>,
    /// Why it is not linked, if there was an error.
    #[sqlx(flatten)]
    #[schema(value_type = Option<LinkErrorDetail>)]
    pub(crate) link_error: LinkError,
    /// Time of the next retry of the link, in UTC.
    pub(crate) link_retry_at: Option<DateTime<Utc>>,
    /// When it was linked, in UTC.
    pub(crate) linked_at: Option<DateTime<Utc>>,
    /// Documents that may be shared.
    #[sqlx(json)]
    #[schema(value_type = Vec<BuiltDocument>)]
    pub(crate) documents: Value,
    /// Documents that were not built, with the reason.
    #[sqlx(json)]
    #[schema(value_type = Vec<SkippedDocument>)]
    pub(crate) skipped: Value,
    /// Documents that must not be shared, with the reason.
    #[sqlx(json)]
    #[schema(value_type = Vec<RejectedDocument>)]
    pub(crate) rejected: Value,
    /// Warnings about the visit document when it was pushed; only in the response for a single visit.
    #[sqlx(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warnings: Option<Vec<Warning>>,
}

impl Visit {
    /// Number of documents that may be shared.
    pub(crate) fn document_count(&self) -> usize {
        self.documents.as_array().map_or(0, Vec::len)
    }
}

/// A document that may be shared.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the read model holds")]
pub(crate) struct BuiltDocument {
    /// HI type of the document.
    #[schema(example = "OPConsultation")]
    hi_type: String,
    /// Id for `GET /fhir/Bundle/{id}`.
    document_id: uuid::Uuid,
    /// SHA-256 of its bytes.
    digest: String,
    /// Its length in bytes.
    size_bytes: u64,
}

/// A document that could not be built from the visit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the read model holds")]
pub(crate) struct SkippedDocument {
    /// HI type of the document.
    hi_type: String,
    /// Why it was not built.
    reason: String,
}

/// A document that must not be shared.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the read model holds")]
pub(crate) struct RejectedDocument {
    /// HI type of the document.
    hi_type: String,
    /// `Bundle.id`.
    document_id: uuid::Uuid,
    /// Rule and path of each finding.
    findings: Vec<String>,
}

/// Filters visits.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// Lists visits, the last pushed or amended first.
#[utoipa::path(get, path = "/v1/visits", tag = "records", operation_id = "listVisits",
    params(VisitFilter), responses((status = 200, body = Page<Visit>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    Query(filter): Query<VisitFilter>,
) -> Result<Json<Page<Visit>>, Problem> {
    let VisitFilter { facility, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let page: Page<Visit> = page_request.read(&app.pool, &lists::VISITS, &[]).await?;
    let by = [(Filter::Facility, facility.is_some())];
    access_log::at_list(&app, &caller, Listing::Visits, &by, &page.items).await?;
    Ok(Json(page))
}

/// Returns the state of a visit: its documents and its link.
#[utoipa::path(get, path = "/v1/visits/{visitCode}", tag = "records", operation_id = "showVisit",
    params(("visitCode" = String, Path, max_length = 255, example = "30000000000104729",
            description = "the visit code"), FacilityFilter),
    responses((status = 200, body = Visit),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "Several of the caller's facilities have a visit with this code.")))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    PathParam(code): PathParam,
    Query(filter): Query<FacilityFilter>,
) -> Result<Json<Visit>, Problem> {
    const ABSENT: &str = "There is no such visit";
    let code = CareContextReference::parse(code).map_err(|_| Problem::not_found(ABSENT))?;
    let facilities = facility_filter_by_id(&app, &caller, filter.facility.as_ref());
    let mut found = look(&app, &code, facilities.clone()).await?;
    if found.is_empty()
        && let Some(position) = position_of(&app, &caller, &filter, &code).await?
    {
        position::until(&app, &["visit"], position).await?;
        found = look(&app, &code, facilities).await?;
    }
    let mut found = only(found, ABSENT)?;
    let stream = StreamId::stored(found.stream_id.as_str());
    access_log::at_thing(&app, &caller, View::Visit, &stream).await?;
    // The visit of an erased patient cannot be decrypted and has no warnings.
    let source = VisitRevision::newest(&app.ports, &stream).await.ok();
    found.warnings =
        source.map(|source| source.warnings().into_iter().map(Warning::from).collect());
    Ok(Json(found))
}

/// The log position of a visit that the read model does not show yet. The system that pushed it must not be told that
/// the visit does not exist.
async fn position_of(
    app: &App,
    caller: &Caller,
    filter: &FacilityFilter,
    code: &CareContextReference,
) -> Result<Option<i64>, Problem> {
    let Ok(facility) = chosen(app, caller, filter.facility.as_ref()) else {
        return Ok(None);
    };
    let vault = &app.ports.vault;
    let code = vault.pseudonym(&facility, &LookupKey::Visit(code.as_str())).await;
    let stream = StreamId::visit(&facility, &code.map_err(|_| Problem::unavailable())?);
    let stored = app.log.stream(&stream, 0).await.map_err(|_| Problem::unavailable())?;
    Ok(stored.last().map(|newest| newest.position))
}

/// Reads up to two matches.
async fn look(
    app: &App,
    code: &CareContextReference,
    facilities: Option<Vec<String>>,
) -> Result<Vec<Visit>, Problem> {
    let page_request = PageRequest { facilities, limit: Limit::try_from(2).ok(), cursor: None };
    let filters = [("v.visit_code", Some(code.as_str().to_owned()))];
    Ok(page_request.read(&app.pool, &lists::VISITS, &filters).await?.items)
}
