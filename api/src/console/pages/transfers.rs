//! `/console/transfers`: requests of HIUs for records, and each page of one.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

use super::list::{self, ListFrame};
use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::meaning;
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::middleware::caller::CanView;
use crate::http::middleware::problem::Problem;
use crate::http::sharing::transfers::{self, SentPage, Transfer, TransferFilter};
use hip_commands::operations::abdm_error::Entry;

/// The states of the filter.
const STATES: [&str; 5] = ["requested", "refused", "sending", "transferred", "failed"];

#[derive(askama::Template)]
#[template(path = "console/transfers.html")]
struct TransfersPage {
    f: Frame,
    transfers: Vec<Transfer>,
    l: ListFrame,
}

pub(super) async fn list(
    me: SignedIn<CanView>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<TransferFilter>,
) -> Result<Response, Problem> {
    let facility = filter.facility.as_ref().map(ToString::to_string);
    let status = filter.status.map(transfers::Status::as_str);
    let page = transfers::list(me.authorized()?, State(app.clone()), Query(filter)).await?.0;
    let place = (&uri, Screen::Transfers.path());
    let l = ListFrame::new(&app, &me.me.caller, place, facility, page.next)
        .with_states("status", &STATES, status);
    Ok(render(&TransfersPage {
        f: Frame::new(Some(&me.me), "screen-transfers", Some(Screen::Transfers)),
        transfers: page.items,
        l,
    }))
}

#[derive(askama::Template)]
#[template(path = "console/transfer.html")]
struct TransferPage {
    f: Frame,
    transfer: Transfer,
    facility_name: String,
    pages: Vec<SentPage>,
    meaning: Option<Entry>,
    sent: i64,
}

#[expect(clippy::unused_self, reason = "templates call methods")]
impl TransferPage {
    /// The state of a page.
    fn state(&self, page: &SentPage) -> &'static str {
        match (&page.skipped, page.pushed_at, page.push_status) {
            (Some(_), _, _) => "skipped",
            (None, Some(_), _) => "pushed",
            (None, None, Some(_)) => "failed",
            (None, None, None) => "sending",
        }
    }
}

pub(super) async fn show(
    me: SignedIn<CanView>,
    State(app): Context,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let whole = transfers::show(me.authorized()?, State(app.clone()), PathParam(id)).await?.0;
    let transfers::WholeTransfer { transfer, pages } = whole;
    let sent = pages.iter().filter(|page| page.pushed_at.is_some()).count();
    Ok(render(&TransferPage {
        f: Frame::new(Some(&me.me), "transfer-title", Some(Screen::Transfers)),
        facility_name: list::facility_name(&app, &transfer.facility_id),
        meaning: meaning::of(transfer.error.as_deref(), "health_information_request"),
        sent: i64::try_from(sent).unwrap_or(i64::MAX),
        transfer,
        pages,
    }))
}
