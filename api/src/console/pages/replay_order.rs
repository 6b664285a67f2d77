//! `/console/replays/new`: what would a replay do, and the order.
//!
//! A replay is rehearsed first. Above a hundred items the person types their number, so that nobody replays more
//! than they mean.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, ReplayId, RequestId};
use hip_domain::reason::Reason;
use serde::Deserialize;
use uuid::Uuid;

use super::list::{self, ServedFacility};
use crate::app::App;
use crate::console::form::{Form, PageQuery};
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::middleware::caller::CanReplay;
use crate::http::middleware::problem::Problem;
use crate::http::middleware::rate::Rate;
use crate::http::operations::replay_dry_run::DryRun;
use crate::http::operations::replay_orders::{
    self, OrderReplay, Where, WishedDirection, WishedPolicy,
};

/// Up to this number of items nobody has to type it.
const TYPED_ABOVE: usize = 100;

/// The fields of the form, as they were typed.
#[derive(Deserialize, Default, Clone)]
pub(super) struct Fields {
    request: Option<String>,
    cause: Option<String>,
    direction: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    facility: Option<String>,
    since: Option<String>,
    until: Option<String>,
    policy: Option<String>,
    rate: Option<String>,
    why: Option<String>,
    /// The id of the order, made with the form: sending it twice gives one order.
    order: Option<Uuid>,
    /// The typed number of items.
    typed: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "console/replay_new.html")]
struct OrderPage {
    f: Frame,
    fields: Fields,
    facilities: Vec<ServedFacility>,
    order: Uuid,
    rehearsal: Option<DryRun>,
    wants_number: bool,
    /// The word of what is wrong with the fields.
    wrong: Option<String>,
}

#[expect(
    clippy::unused_self,
    clippy::ref_option,
    reason = "templates call methods, and pass references"
)]
impl OrderPage {
    fn is(&self, field: &Option<String>, value: &str) -> bool {
        field.as_deref() == Some(value)
    }
}

fn page(
    app: &App,
    me: &SignedIn<CanReplay>,
    fields: Fields,
    outcome: Result<Option<DryRun>, String>,
) -> Response {
    let (rehearsal, wrong) = match outcome {
        Ok(rehearsal) => (rehearsal, None),
        Err(wrong) => (None, Some(wrong)),
    };
    render(&OrderPage {
        f: Frame::new(Some(&me.me), "replay-new", Some(Screen::Replays)),
        facilities: list::facilities(app, &me.me.caller),
        order: fields.order.unwrap_or_else(|| app.ports.ids.random()),
        wants_number: rehearsal.as_ref().is_some_and(|it| it.selected > TYPED_ABOVE),
        fields,
        rehearsal,
        wrong,
    })
}

/// Shows the form.
pub(super) async fn form(
    me: SignedIn<CanReplay>,
    State(app): Context,
    PageQuery(fields): PageQuery<Fields>,
) -> Response {
    page(&app, &me, fields, Ok(None))
}

/// Shows what the order would do.
pub(super) async fn rehearse(
    me: SignedIn<CanReplay>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let wish = match wish(&me, &fields) {
        Ok(wish) => wish,
        Err(wrong) => return Ok(page(&app, &me, fields, Err(wrong))),
    };
    let rehearsal = replay_orders::dry_run(&app, &me.me.caller, wish).await?;
    Ok(page(&app, &me, fields, Ok(Some(rehearsal))))
}

/// Gives the order.
pub(super) async fn give(
    me: SignedIn<CanReplay>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let (first, second) = match (wish(&me, &fields), wish(&me, &fields)) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(wrong), _) | (_, Err(wrong)) => return Ok(page(&app, &me, fields, Err(wrong))),
    };
    let rehearsal = replay_orders::dry_run(&app, &me.me.caller, first).await?;
    let typed = fields.typed.as_deref().map(|typed| typed.trim().replace(',', ""));
    let is_known = typed.is_some_and(|typed| typed == rehearsal.selected.to_string());
    if rehearsal.selected > TYPED_ABOVE && !is_known {
        let wrong = me.me.words().t("replay-wrong-number").into_owned();
        let mut shown = page(&app, &me, fields, Err(wrong));
        *shown.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(shown);
    }
    let replay = ReplayId(fields.order.unwrap_or_else(|| app.ports.ids.random()));
    replay_orders::order_as(&app, &me.me.caller, second, replay).await?;
    Ok(Redirect::to(&format!("/console/replays/{}", replay.0)).into_response())
}

/// The order that the fields mean, or what is wrong with them.
fn wish(me: &SignedIn<CanReplay>, fields: &Fields) -> Result<OrderReplay, String> {
    let words = me.me.words();
    let zone = me.me.zone();
    let time = |text: &Option<String>| -> Result<Option<DateTime<Utc>>, String> {
        let read =
            |text: &String| zone.read(text).ok_or_else(|| words.t("wrong-time").into_owned());
        text.as_ref().map(read).transpose()
    };
    let request = |text: &String| {
        RequestId::parse(text.trim()).map_err(|_| words.t("wrong-request-id").into_owned())
    };
    let why = fields.why.as_ref().map(|why| Reason::parse(why.trim()));
    let why = why.transpose().map_err(|_| words.t("wrong-reason").into_owned())?;
    let rate = fields.rate.as_ref().map(|rate| rate.trim().parse::<f64>().ok());
    let rate = rate.map(|rate| rate.and_then(|rate| Rate::try_from(rate).ok()));
    if rate == Some(None) {
        return Err(words.t("wrong-rate").into_owned());
    }
    let requests = fields.request.as_ref().map(request).transpose()?.map(|id| vec![id]);
    let is_whole = requests.is_none();
    Ok(OrderReplay {
        requests,
        r#where: is_whole.then_some(Where {
            facility: fields.facility.clone().and_then(|id| FacilityId::parse(id).ok()),
            since: time(&fields.since)?,
            until: time(&fields.until)?,
            direction: Some(match fields.direction.as_deref() {
                Some("call") => WishedDirection::Call,
                _ => WishedDirection::Callback,
            }),
            kind: fields.kind.clone(),
            status: fields.status.clone(),
            cause: fields.cause.clone(),
        }),
        policy: Some(match fields.policy.as_deref() {
            Some("projections") => WishedPolicy::Projections,
            Some("all") => WishedPolicy::All,
            _ => WishedPolicy::Safe,
        }),
        rate_per_second: rate.flatten(),
        why,
        dry_run: false,
    })
}
