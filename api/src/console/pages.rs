//! The pages, one file each.

mod consents;
mod dead_letters;
mod desk;
mod facilities;
mod find;
mod home;
mod list;
mod log;
mod projections;
mod replay_order;
mod replays;
mod settings;
mod tools;
mod transfers;
mod visit_jobs;
mod visits;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/console/home", get(home::show))
        .route("/console/find", post(find::find))
        .route("/console/dead-letters", get(dead_letters::show))
        .route("/console/replays", get(replays::list).post(replay_order::give))
        .route("/console/replays/new", get(replay_order::form).post(replay_order::rehearse))
        .route("/console/replays/switch", post(replays::turn))
        .route("/console/replays/{id}", get(replays::show))
        .route("/console/replays/{id}/{wish}", post(replays::change))
        .route("/console/desk", get(desk::show).post(desk::search))
        .route("/console/desk/link", post(desk::link))
        .route("/console/visits", get(visits::list))
        .route("/console/visits/{code}", get(visits::show))
        .route("/console/visits/{code}/link", post(visits::link))
        .route("/console/consents", get(consents::list))
        .route("/console/consents/{id}", get(consents::show))
        .route("/console/transfers", get(transfers::list))
        .route("/console/transfers/{id}", get(transfers::show))
        .route("/console/facilities", get(facilities::show))
        .route("/console/visit-jobs", get(visit_jobs::list))
        .route("/console/projections", get(projections::show))
        .route("/console/log", get(log::list))
        .route("/console/tools", get(tools::show).post(tools::run))
        .route("/console/settings", get(settings::show).post(settings::save))
}
