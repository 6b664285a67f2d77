//! `/console/consents`: consents, and what happened under one.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::list::{self, ListFrame};
use crate::console::chart::axis::{Axis, Mark};
use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::middleware::caller::CanView;
use crate::http::middleware::problem::Problem;
use crate::http::sharing::consents::{self, Consent, ConsentFilter};
use crate::http::sharing::transfers::{self, Transfer, TransferFilter};
use hip_domain::id::ConsentId;

/// The states of the filter.
const STATES: [&str; 5] = ["granted", "revoked", "expired", "denied", "withdrawn"];

#[derive(askama::Template)]
#[template(path = "console/consents.html")]
struct ConsentsPage {
    f: Frame,
    consents: Vec<Consent>,
    l: ListFrame,
}

pub(super) async fn list(
    me: SignedIn<CanView>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<ConsentFilter>,
) -> Result<Response, Problem> {
    let facility = filter.facility.as_ref().map(ToString::to_string);
    let status = filter.status.map(consents::Status::as_str);
    let page = consents::list(me.authorized()?, State(app.clone()), Query(filter)).await?.0;
    let place = (&uri, Screen::Consents.path());
    let l = ListFrame::new(&app, &me.me.caller, place, facility, page.next)
        .with_states("status", &STATES, status);
    Ok(render(&ConsentsPage {
        f: Frame::new(Some(&me.me), "screen-consents", Some(Screen::Consents)),
        consents: page.items,
        l,
    }))
}

#[derive(askama::Template)]
#[template(path = "console/consent.html")]
struct ConsentPage {
    f: Frame,
    consent: Consent,
    facility_name: Option<String>,
    transfers: Vec<Transfer>,
    axis: Option<Axis>,
    /// Whether its time is over although nobody has ended it.
    is_past: bool,
}

pub(super) async fn show(
    me: SignedIn<CanView>,
    State(app): Context,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let consent = consents::show(me.authorized()?, State(app.clone()), PathParam(id)).await?.0;
    let filter = TransferFilter {
        facility: None,
        consent: ConsentId::parse(consent.id.clone()).ok(),
        status: None,
        limit: None,
        cursor: None,
    };
    let transfers = transfers::list(me.authorized()?, State(app.clone()), Query(filter)).await?;
    let transfers = transfers.0.items;
    let now = app.ports.clock.now();
    let f = Frame::new(Some(&me.me), "consent-title", Some(Screen::Consents));
    let is_past = consent.status == "granted" && consent.erase_at.is_some_and(|at| at <= now);
    Ok(render(&ConsentPage {
        axis: axis(&f, &consent, &transfers, now),
        facility_name: consent.facility_id.as_deref().map(|id| list::facility_name(&app, id)),
        f,
        consent,
        transfers,
        is_past,
    }))
}

/// The life of the consent on a time axis: from the grant to its end, with each request under it.
fn axis(f: &Frame, consent: &Consent, transfers: &[Transfer], now: DateTime<Utc>) -> Option<Axis> {
    let granted = consent.granted_at?;
    let mut marks = vec![Mark::new(granted, "good", f.t("axis-granted"))];
    marks.extend(transfers.iter().map(|transfer| {
        let tone = f.badge(&transfer.status).tone;
        Mark::new(transfer.requested_at, tone, f.t("axis-request"))
    }));
    if let Some(ended) = consent.ended_at {
        marks.push(Mark::new(ended, "bad", f.words().state(&consent.status)));
    }
    if let Some(erase) = consent.erase_at {
        marks.push(Mark::new(erase, "calm", f.t("axis-erase")));
    }
    marks.push(Mark::new(now, "now", f.t("axis-now")));
    let ends = [consent.ended_at, consent.erase_at];
    let in_force_until = ends.into_iter().flatten().min().unwrap_or(now);
    Some(Axis::new(f.zone, marks, (granted, in_force_until)))
}
