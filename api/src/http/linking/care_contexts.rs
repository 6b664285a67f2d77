//! `GET /v1/care-contexts`, `GET /v1/care-contexts/{reference}`, `POST /v1/care-contexts/search`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::patients::lookup::LookupKey;
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{CareContextReference, FacilityId, Pseudonym};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::lists;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, PathParam, Query, ShortText};
use crate::http::extract::page::{Cursor, Limit, Page, PageRequest};
use crate::http::extract::schema::FacilityName;
use crate::http::intake::facilities::{FacilityFilter, chosen, only};
use crate::http::linking::link_error::{LinkError, LinkErrorDetail};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanLookUp, CanView, facility_filter_by_id};
use crate::http::middleware::problem::Problem;

/// State of the link of a care context.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LinkState {
    /// Not requested, or refused.
    Unlinked,
    /// The link was requested.
    Requested,
    /// The gateway confirmed the link.
    Linked,
}

impl LinkState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unlinked => "unlinked",
            Self::Requested => "requested",
            Self::Linked => "linked",
        }
    }
}

/// Filters care contexts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CareContextFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Only those with this link state.
    #[param(inline)]
    pub(crate) state: Option<LinkState>,
    /// Number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// A care context: the network's view of a visit.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CareContext {
    /// Its reference, equal to the visit code.
    #[schema(example = "30000000000104729")]
    pub(crate) reference: String,
    /// The facility.
    #[schema(example = "IN0610099001")]
    pub(crate) facility_id: String,
    /// Id for `GET /v1/links/{id}`.
    pub(crate) link_id: String,
    /// Date of the visit, in UTC.
    pub(crate) visited_at: DateTime<Utc>,
    /// HI types of its documents.
    pub(crate) hi_types: Vec<String>,
    /// `unlinked`, `requested` or `linked`.
    pub(crate) link_state: String,
    /// Why it is not linked, if there was an error.
    #[sqlx(flatten)]
    #[schema(value_type = Option<LinkErrorDetail>)]
    pub(crate) link_error: LinkError,
    /// Time of the next retry of the link, in UTC.
    pub(crate) link_retry_at: Option<DateTime<Utc>>,
    /// When it was linked, in UTC.
    pub(crate) linked_at: Option<DateTime<Utc>>,
}

/// Lists care contexts, the newest visit first.
#[utoipa::path(get, path = "/v1/care-contexts", tag = "records", operation_id = "listCareContexts",
    params(CareContextFilter), responses((status = 200, body = Page<CareContext>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    Query(filter): Query<CareContextFilter>,
) -> Result<Json<Page<CareContext>>, Problem> {
    let CareContextFilter { facility, state, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let filters = [("link_state", state.map(|state| state.as_str().to_owned()))];
    let page: Page<CareContext> =
        page_request.read(&app.pool, &lists::CARE_CONTEXTS, &filters).await?;
    let by = [(Filter::Facility, facility.is_some()), (Filter::Status, state.is_some())];
    access_log::at_list(&app, &caller, Listing::CareContexts, &by, &page.items).await?;
    Ok(Json(page))
}

/// Returns one care context by its reference.
#[utoipa::path(get, path = "/v1/care-contexts/{reference}", tag = "records",
    operation_id = "showCareContext",
    params(("reference" = String, Path, max_length = 255, example = "30000000000104729",
            description = "the visit code"), FacilityFilter),
    responses((status = 200, body = CareContext),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "Several of the caller's facilities have one with this reference.")))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    PathParam(reference): PathParam,
    Query(filter): Query<FacilityFilter>,
) -> Result<Json<CareContext>, Problem> {
    const ABSENT: &str = "There is no such care context";
    let reference =
        CareContextReference::parse(reference).map_err(|_| Problem::not_found(ABSENT))?;
    let facilities = facility_filter_by_id(&app, &caller, filter.facility.as_ref());
    let limit = Limit::try_from(2).ok();
    let page_request = PageRequest { facilities, limit, cursor: None };
    let filters = [("care_context_number", Some(reference.as_str().to_owned()))];
    let found: Page<CareContext> =
        page_request.read(&app.pool, &lists::CARE_CONTEXTS, &filters).await?;
    let found = only(found.items, ABSENT)?;
    let stream = StreamId::stored(found.link_id.as_str());
    access_log::at_thing(&app, &caller, View::CareContext, &stream).await?;
    Ok(Json(found))
}

/// Selects care contexts by patient. In the body, because a URL must not identify a patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Search {
    /// In any case.
    #[schema(value_type = String, max_length = 100, example = "test.person@sbx")]
    pub(crate) abha_address: ShortText,
    /// Required if the caller has several.
    #[schema(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Number of items in a page.
    #[schema(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[schema(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// Lists the care contexts of the patients with an ABHA address, the newest visit first.
#[utoipa::path(post, path = "/v1/care-contexts/search", tag = "records",
    operation_id = "searchCareContexts", request_body = Search,
    responses((status = 200, body = Page<CareContext>)))]
pub(crate) async fn search(
    Authorized(caller, _): Authorized<CanLookUp>,
    State(app): Context,
    JsonBody(search): JsonBody<Search>,
) -> Result<Json<Page<CareContext>>, Problem> {
    let facility = chosen(&app, &caller, search.facility.as_ref())?;
    let address = LookupKey::AbhaAddress(&search.abha_address.0);
    let address = app.ports.vault.pseudonym(&facility, &address).await;
    let address = address.map_err(|error| {
        tracing::warn!(%error, "care contexts could not be searched");
        Problem::unavailable()
    })?;
    at_holders(&app, &caller, View::Search, (&facility, &address)).await?;
    let page_request = PageRequest {
        facilities: Some(vec![facility.into()]),
        limit: search.limit,
        cursor: search.cursor,
    };
    let filters = [("abha_address", Some(address.into()))];
    let found = page_request.read(&app.pool, &lists::CARE_CONTEXTS_BY_ADDRESS, &filters);
    Ok(Json(found.await?))
}

/// Records access to each patient who has this ABHA address at this facility.
pub(in crate::http) async fn at_holders(
    app: &App,
    caller: &Caller,
    view: View,
    (facility, address): (&FacilityId, &Pseudonym),
) -> Result<(), Problem> {
    let holders = app.ports.directory.by_abha_address(facility, address).await;
    let holders = holders.map_err(|error| {
        tracing::warn!(%error, "could not resolve the patient for the access log");
        Problem::unavailable()
    })?;
    for holder in holders {
        access_log::at_person(app, caller, view, holder.subject).await?;
    }
    Ok(())
}
