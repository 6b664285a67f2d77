//! `GET /v1/transfers`, `GET /v1/transfers/{transactionId}`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{ConsentId, FacilityId, TransactionId};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::{lists, transfer_pages};
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

/// State of a transfer.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Requested by the HIU.
    Requested,
    /// Refused.
    Refused,
    /// Pages are being sent.
    Sending,
    /// The HIU has received all pages.
    Transferred,
    /// Ended before completion.
    Failed,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Refused => "refused",
            Self::Sending => "sending",
            Self::Transferred => "transferred",
            Self::Failed => "failed",
        }
    }
}

/// Filters transfers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Only with this consent.
    #[param(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$")]
    pub(crate) consent: Option<ConsentId>,
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

/// A request of an HIU for records, and its result.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transfer {
    /// Its id in the network.
    #[schema(example = "6f1b7f5e-0000-4000-8000-00000000d001")]
    pub(crate) transaction_id: String,
    /// The facility.
    pub(crate) facility_id: String,
    /// The consent of the request.
    pub(crate) consent_id: String,
    /// Key format of the HIU, once it was parsed.
    pub(crate) hiu_dialect: Option<String>,
    /// `requested`, `refused`, `sending`, `transferred` or `failed`.
    pub(crate) status: String,
    /// Error code of a refusal.
    pub(crate) error: Option<String>,
    /// Number of pages.
    pub(crate) page_count: i32,
    /// When it was requested, in UTC.
    pub(crate) requested_at: DateTime<Utc>,
    /// When it ended, in UTC.
    pub(crate) completed_at: Option<DateTime<Utc>>,
}

/// A transfer and its pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeTransfer {
    #[serde(flatten)]
    pub(crate) transfer: Transfer,
    /// In order; pages that were not created yet are missing.
    pub(crate) pages: Vec<SentPage>,
}

/// One page of a transfer.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentPage {
    /// Number of the page, from 0.
    pub(crate) page: i32,
    /// Size of the document before encryption, in bytes.
    pub(crate) plain_bytes: Option<i64>,
    /// SHA-256 of the sent bytes.
    pub(crate) ciphertext: Option<String>,
    /// When it was encrypted or skipped, in UTC.
    pub(crate) created_at: DateTime<Utc>,
    /// When the HIU accepted it, in UTC.
    pub(crate) pushed_at: Option<DateTime<Utc>>,
    /// HTTP status of the HIU's response.
    pub(crate) push_status: Option<i32>,
    /// Why it was not sent.
    pub(crate) skipped: Option<String>,
}

/// Lists transfers, the newest first.
#[utoipa::path(get, path = "/v1/transfers", tag = "sharing", operation_id = "listTransfers",
    params(TransferFilter), responses((status = 200, body = Page<Transfer>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    Query(filter): Query<TransferFilter>,
) -> Result<Json<Page<Transfer>>, Problem> {
    let TransferFilter { facility, consent, status, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let filters = [
        ("consent_id", consent.clone().map(String::from)),
        ("status", status.map(|status| status.as_str().to_owned())),
    ];
    let page: Page<Transfer> = page_request.read(&app.pool, &lists::TRANSFERS, &filters).await?;
    if let Some(consent) = consent.filter(|_| !page.items.is_empty()) {
        // A consent belongs to one patient, so this is access to that patient and not to a list.
        let stream = StreamId::consent(&consent);
        access_log::at_thing(&app, &caller, View::Transfer, &stream).await?;
    } else {
        let by = [(Filter::Facility, facility.is_some()), (Filter::Status, status.is_some())];
        access_log::at_list(&app, &caller, Listing::Transfers, &by, &page.items).await?;
    }
    Ok(Json(page))
}

/// Returns one transfer with its pages.
#[utoipa::path(get, path = "/v1/transfers/{transactionId}", tag = "sharing", operation_id = "showTransfer",
    params(("transactionId" = String, Path, max_length = 64, description = "the transaction id")),
    responses((status = 200, body = WholeTransfer)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<WholeTransfer>, Problem> {
    const ABSENT: &str = "There is no such transfer";
    let id = TransactionId::parse(id).map_err(|_| Problem::not_found(ABSENT))?;
    let filters = [("transaction_id", Some(String::from(id.clone())))];
    let found =
        page::newest(&app.pool, &lists::TRANSFERS, facility_filter(&caller, None), &filters)
            .await?;
    let transfer: Transfer = found.ok_or_else(|| Problem::not_found(ABSENT))?;
    access_log::at_thing(&app, &caller, View::Transfer, &StreamId::transfer(&id)).await?;
    let pages = transfer_pages::read(&app.pool, &id).await;
    let pages = pages.map_err(|error| Problem::database_unavailable(&error))?;
    Ok(Json(WholeTransfer { transfer, pages }))
}
