//! `GET /v1/consents`, `GET /v1/consents/{consentId}`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{ConsentId, FacilityId};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::lists;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::extract::page::{self, Cursor, Limit, Page, PageRequest};
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{
    Authorized, CanView, facility_filter, facility_filter_by_id,
};
use crate::http::middleware::problem::Problem;

/// State of a consent.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// In force until `eraseAt`.
    Granted,
    /// Revoked by the patient.
    Revoked,
    /// Expired.
    Expired,
    /// Denied; it was never granted.
    Denied,
    /// The patient left ABDM.
    Withdrawn,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Filters consents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsentFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Only those in this state.
    #[param(inline)]
    pub(crate) status: Option<Status>,
    /// Number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// A consent. Its patient is not shown; that is in the log, encrypted.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent {
    /// Its id in the network.
    #[schema(example = "6f1b7f5e-0000-4000-8000-00000000c001")]
    #[serde(rename = "consentId")]
    pub(crate) id: String,
    /// The facility; `None` if only the end of the consent was received.
    pub(crate) facility_id: Option<String>,
    /// The HIU that may receive the records.
    pub(crate) hiu_id: Option<String>,
    /// The permitted HI types.
    pub(crate) hi_types: Vec<String>,
    /// Start of the permitted range of visits, in UTC.
    pub(crate) from: Option<DateTime<Utc>>,
    /// End of the permitted range, in UTC.
    pub(crate) to: Option<DateTime<Utc>>,
    /// After this time no data is sent, whatever the status.
    pub(crate) erase_at: Option<DateTime<Utc>>,
    /// `granted`, `revoked`, `expired`, `denied` or `withdrawn`.
    pub(crate) status: String,
    /// `unsigned`, `signed-unverified` (no key to verify it) or `verified`; `null` for consents
    /// that an older version received.
    pub(crate) signature: Option<String>,
    /// When we were notified of the grant, in UTC.
    pub(crate) granted_at: Option<DateTime<Utc>>,
    /// When we were notified of the end, in UTC.
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

/// Lists consents, the newest first.
#[utoipa::path(get, path = "/v1/consents", tag = "sharing", operation_id = "listConsents",
    params(ConsentFilter), responses((status = 200, body = Page<Consent>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    Query(filter): Query<ConsentFilter>,
) -> Result<Json<Page<Consent>>, Problem> {
    let ConsentFilter { facility, status, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let filters = [("status", status.map(|status| status.as_str().to_owned()))];
    let page: Page<Consent> = page_request.read(&app.pool, &lists::CONSENTS, &filters).await?;
    let by = [(Filter::Facility, facility.is_some()), (Filter::Status, status.is_some())];
    access_log::at_list(&app, &caller, Listing::Consents, &by, &page.items).await?;
    Ok(Json(page))
}

/// Returns one consent.
#[utoipa::path(get, path = "/v1/consents/{consentId}", tag = "sharing", operation_id = "showConsent",
    params(("consentId" = String, Path, max_length = 64, description = "the id of the consent artefact")),
    responses((status = 200, body = Consent)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<Consent>, Problem> {
    const ABSENT: &str = "There is no such consent";
    let id = ConsentId::parse(id).map_err(|_| Problem::not_found(ABSENT))?;
    let stream = StreamId::consent(&id);
    let filters = [("consent_id", Some(id.into()))];
    let found =
        page::newest(&app.pool, &lists::CONSENTS, facility_filter(&caller, None), &filters).await?;
    let consent: Consent = found.ok_or_else(|| Problem::not_found(ABSENT))?;
    access_log::at_thing(&app, &caller, View::Consent, &stream).await?;
    Ok(Json(consent))
}
