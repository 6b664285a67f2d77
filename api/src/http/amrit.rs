//! The routes that AMRIT calls, compatible with its current calls: its names, its envelope, and status 200 in every
//! case.
//!
//! A request without `Authorization` matches no route; one with an unknown key is answered
//! in the envelope, too.

mod body;
mod envelope;
mod facility;
mod link;
mod member;
mod session;
mod token;
mod unsupported;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use hip_commands::accountability::caller::Caller;
use hip_commands::settings::Facility;
use hip_domain::id::FacilityId;

use self::envelope::Envelope;
use super::{SMALL_BYTES_MAX, body_of};
use crate::app::App;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        // The older name, and the one that the user interface calls.
        .route("/careContext/generateCareContextToken", post(token::generate))
        .route("/careContext/generateLinkToken", post(token::generate))
        .route("/careContext/linkCareContext", post(link::link))
        .route("/facility/saveAbdmFacilityId", post(facility::save))
        .route("/facility/getAbdmRegisteredFacilities", get(facility::registered))
        .route("/careContext/generateOTPForCareContext", post(unsupported::auth))
        .route("/careContext/validateOTPAndCreateCareContext", post(unsupported::auth))
        .route("/careContext/addCarecontextToMongo", post(unsupported::always_failed))
        .layer(body_of(SMALL_BYTES_MAX))
}

/// The caller's facility that a request names; without a name, their first.
fn facility<'c>(app: &'c App, caller: &Caller, named: &str) -> Result<&'c FacilityId, Envelope> {
    let settings = &app.ports.settings;
    let served = |facility: &&Facility| caller.serves(&facility.id);
    let found = match named.trim() {
        "" => settings.facilities.iter().find(served),
        named => {
            let named = FacilityId::parse(named).ok();
            named.and_then(|id| settings.facility_named(&id)).filter(served)
        }
    };
    found
        .map(|facility| &facility.id)
        .ok_or_else(|| Envelope::failed("abdmFacilityId must be a facility of this service"))
}
