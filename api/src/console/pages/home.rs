//! `/console/home`: what needs a person, and how the service is.

use axum::extract::State;
use axum::response::Response;
use hip_infra::postgres::queries::overview::{self, Overview};
use hip_infra::subscription::projection_status::ProjectionStatus;

use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::middleware::caller::{CanOperate, facility_filter};
use crate::http::middleware::problem::Problem;
use crate::http::operations::dead_letters::{self, DeadLetterFilter, DeadLetterGroup};
use crate::http::operations::projections;

/// A reader of the log that is further behind than this needs a person.
const LAG_S_MAX: f64 = 30.0;

#[derive(askama::Template)]
#[template(path = "console/home.html")]
struct Home {
    f: Frame,
    needs: Vec<Need>,
    overview: Overview,
    dead: Vec<DeadLetterGroup>,
    slowest_lag: Option<f64>,
    is_new: bool,
}

/// Something that needs a person.
struct Need {
    text: String,
    link: &'static str,
}

pub(super) async fn show(
    me: SignedIn<CanOperate>,
    State(app): Context,
) -> Result<Response, Problem> {
    let f = Frame::new(Some(&me.me), "screen-home", Some(Screen::Home));
    let unavailable = |error: sqlx::Error| Problem::database_unavailable(&error);
    let facilities = facility_filter(&me.me.caller, None);
    let overview = overview::read(&app.pool, facilities.as_deref()).await.map_err(unavailable)?;
    let query = Query(DeadLetterFilter { facility: None });
    let letters = dead_letters::list(me.authorized()?, State(app.clone()), query).await?;
    let dead = letters.0.groups;
    let readers = projections::list(me.authorized()?, State(app.clone())).await?.0.items;
    let mut needs = vec![];
    let mut need = |id: &str, n: i64, link| {
        if n > 0 {
            needs.push(Need { text: f.n(id, &n).into_owned(), link });
        }
    };
    let count = |is: &dyn Fn(&ProjectionStatus) -> bool| {
        i64::try_from(readers.iter().filter(|reader| is(reader)).count()).unwrap_or(i64::MAX)
    };
    need("need-halted", count(&|reader| reader.state == "halted"), "/console/projections");
    need("need-parked", readers.iter().map(|reader| reader.parked).sum(), "/console/projections");
    let urgent = dead.iter().filter(|group| group.next_deadline.is_some()).count();
    need("need-deadline", i64::try_from(urgent).unwrap_or(i64::MAX), "/console/dead-letters");
    need("need-dead", dead.iter().map(|group| group.count).sum(), "/console/dead-letters");
    need("need-jobs", overview.dead_jobs, "/console/visit-jobs?state=dead");
    let is_behind = |lag: Option<f64>| lag.is_some_and(|lag| lag > LAG_S_MAX);
    need("need-lag", count(&|reader| is_behind(reader.lag_seconds)), "/console/projections");
    let lags = readers.iter().filter_map(|reader| reader.lag_seconds);
    let slowest_lag = lags.max_by(f64::total_cmp);
    let is_new = overview.visits == 0 && overview.transfers == 0;
    Ok(render(&Home { f, needs, overview, dead, slowest_lag, is_new }))
}
