//! `GET /v1/transfers`, `GET /v1/transfers/{transactionId}`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{ConsentId, FacilityId, TransactionId};
use hip_domain::stream::StreamId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::extract::page::{Cursor, Limit, List, Page, PageRequest};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{
    Authorized, CanView, facility_filter, facility_filter_by_id,
};
use crate::http::middleware::problem::Problem;

/// How far a transfer has come.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// It was asked for.
    Requested,
    /// It was refused.
    Refused,
    /// Pages are on their way.
    Sending,
    /// The HIU has all there is.
    Transferred,
    /// It ended before that.
    Failed,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Refused => "refused",
            Self::Sending => "sending",
            Self::Transferred => "transferred",
            Self::Failed => "failed",
        }
    }
}

/// Which transfers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferFilter {
    /// Only of this facility.
    #[param(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$", example = "IN0610099001")]
    facility: Option<FacilityId>,
    /// Only under this consent.
    #[param(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$")]
    consent: Option<ConsentId>,
    /// Only those that have come so far.
    #[param(inline)]
    status: Option<Status>,
    /// Items of a page.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
    /// `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[0-2][0-9]{17}[A-Za-z0-9._@:-]{1,400}$")]
    cursor: Option<Cursor>,
}

/// A request of an HIU for records, and what became of it.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transfer {
    /// Its id in the network.
    #[schema(example = "6f1b7f5e-0000-4000-8000-00000000d001")]
    transaction_id: String,
    /// The facility.
    facility_id: String,
    /// The consent that it rests on.
    consent_id: String,
    /// The form of the HIU's key, once it was read.
    hiu_dialect: Option<String>,
    /// `requested`, `refused`, `sending`, `transferred` or `failed`.
    status: String,
    /// The code of a refusal.
    error: Option<String>,
    /// How many pages there are.
    page_count: i32,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When it ended.
    completed_at: Option<DateTime<Utc>>,
}

/// A transfer and its pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeTransfer {
    #[serde(flatten)]
    transfer: Transfer,
    /// In order; a page that was not made yet is not there.
    pages: Vec<SentPage>,
}

/// One page of a transfer.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentPage {
    /// From 0.
    page: i32,
    /// Of the document before it was encrypted.
    plain_bytes: Option<i64>,
    /// SHA-256 of what was sent.
    ciphertext: Option<String>,
    /// When it was encrypted, or left out.
    created_at: DateTime<Utc>,
    /// When the HIU took it.
    pushed_at: Option<DateTime<Utc>>,
    /// What the HIU has answered.
    push_status: Option<i32>,
    /// Why it was not sent.
    skipped: Option<String>,
}

const TRANSFERS: List = List {
    columns: "transaction_id, facility_id, consent_id, hiu_dialect, status, error, page_count, \
              requested_at, completed_at",
    from: "hip.data_flow_request",
    at: "requested_at",
    id: "transaction_id",
    facility: "facility_id",
};

/// Transfers, the newest first.
#[utoipa::path(get, path = "/v1/transfers", tag = "sharing", operation_id = "listTransfers",
    params(TransferFilter), responses((status = 200, body = Page<Transfer>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    Query(which): Query<TransferFilter>,
) -> Result<Json<Page<Transfer>>, Problem> {
    let TransferFilter { facility, consent, status, limit, cursor } = which;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let wanted = PageRequest { facilities, limit, cursor };
    let filters = [
        ("consent_id", consent.clone().map(String::from)),
        ("status", status.map(|status| status.as_str().to_owned())),
    ];
    let page: Page<Transfer> = TRANSFERS.page(&app.pool, wanted, &filters).await?;
    if let Some(consent) = consent.filter(|_| !page.items.is_empty()) {
        // Whoever names a consent looks at what was sent of one person.
        let stream = StreamId::consent(&consent);
        access_log::at_thing(&app, &caller, View::Transfer, &stream).await?;
    } else {
        let by = [(Filter::Facility, facility.is_some()), (Filter::Status, status.is_some())];
        access_log::at_list(&app, &caller, Listing::Transfers, &by, &page.items).await?;
    }
    Ok(Json(page))
}

/// A transfer has as many pages as the consent has documents; more are not shown.
const PAGES_SHOWN_MAX: i64 = 10_000;

/// One transfer, page by page.
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
    let found = TRANSFERS.one(&app.pool, facility_filter(&caller, None), &filters).await?;
    let transfer: Transfer = found.ok_or_else(|| Problem::not_found(ABSENT))?;
    access_log::at_thing(&app, &caller, View::Transfer, &StreamId::transfer(&id)).await?;
    let pages = sqlx::query_as(
        "SELECT page, plain_bytes, ciphertext, created_at, pushed_at, push_status, skipped \
           FROM hip.health_information WHERE transaction_id = $1 ORDER BY page LIMIT $2",
    )
    .bind(id.as_str())
    .bind(PAGES_SHOWN_MAX)
    .fetch_all(&app.pool)
    .await
    .map_err(|error| Problem::database_unavailable(&error))?;
    Ok(Json(WholeTransfer { transfer, pages }))
}
