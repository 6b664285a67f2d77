//! `GET /v1/care-contexts/{reference}/explanation`: why does the patient not see it?

use axum::Json;
use axum::extract::State;
use hip_commands::accountability::caller::Caller;
use hip_commands::operations::explain::{self, Looked};
use hip_domain::access::View;
use hip_domain::id::{CareContextReference, FacilityId};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::intake::facilities::{FacilityFilter, only};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanView};
use crate::http::middleware::problem::Problem;

/// How it stands with a care context: the links from the visit to the patient's screen, up to the first
/// that does not hold.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    /// Where the visit took place.
    #[schema(example = "IN0610099001")]
    facility_id: String,
    /// The visit code.
    #[schema(example = "30000000000104729")]
    reference: String,
    /// What was looked at, in order.
    links: Vec<LinkLookedAt>,
    /// The answer, in a sentence.
    #[schema(example = "it is linked, and nobody has the patient's consent to see it")]
    verdict: String,
    /// What to do; `null`, when all is well.
    cure: Option<String>,
}

/// One link, as it was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkLookedAt {
    /// Which: `visit`, `documents`, `token`, `linked`, `consent`, `request`, `accepted`, `pages`,
    /// `encrypted`, `pushed`, `notified`.
    #[schema(value_type = String)]
    link: explain::Link,
    /// `holds`, `waits` (for somebody's turn) or `broken`.
    #[schema(value_type = String)]
    state: explain::State,
    /// What is so, in words.
    what: String,
}

/// Why a patient does not see a record: the first link that does not hold, and what to do about it.
#[utoipa::path(get, path = "/v1/care-contexts/{reference}/explanation", tag = "records",
    operation_id = "explainCareContext",
    params(("reference" = String, Path, max_length = 255, description = "the visit code",
            example = "30000000000104729"), FacilityFilter),
    responses((status = 200, body = Explanation),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "Several of the caller's facilities have one with this reference.")))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanView>,
    State(app): Context,
    PathParam(reference): PathParam,
    Query(whose): Query<FacilityFilter>,
) -> Result<Json<Explanation>, Problem> {
    const ABSENT: &str = "There is no such care context";
    let reference =
        CareContextReference::parse(reference).map_err(|_| Problem::not_found(ABSENT))?;
    let found = explained(&app, &caller, &reference, whose.facility.as_ref()).await?;
    let (of, found) = only(found, ABSENT)?;
    access_log::at_thing(&app, &caller, View::Explanation, &of).await?;
    Ok(Json(found))
}

/// Those of the caller's facilities, each with the stream of what it explains.
async fn explained(
    app: &App,
    caller: &Caller,
    reference: &CareContextReference,
    facility: Option<&FacilityId>,
) -> Result<Vec<(StreamId, Explanation)>, Problem> {
    let evidence = PgHistoryReader::new(app.pool.clone());
    let now = app.ports.clock.now();
    let mut found = vec![];
    let everywhere = [None];
    let theirs: Vec<_> = caller.facilities.iter().flatten().map(Some).collect();
    let named = [facility];
    let looked_at: &[Option<&FacilityId>] = match (facility, &caller.facilities) {
        (Some(facility), _) if !caller.serves(facility) => &[],
        (Some(_), _) => &named,
        (None, Some(_)) => &theirs,
        (None, None) => &everywhere,
    };
    for facility in looked_at {
        let explained = explain::explain(&evidence, reference, *facility, now).await;
        found.extend(explained.map_err(|error| {
            tracing::warn!(%error, "a care context could not be explained");
            Problem::unavailable()
        })?);
    }
    Ok(found.into_iter().map(|one| (one.of.clone(), Explanation::from(one))).collect())
}

impl From<explain::Explanation> for Explanation {
    fn from(explanation: explain::Explanation) -> Self {
        let explain::Explanation { facility, reference, links, verdict, cure, .. } = explanation;
        let links = links.into_iter();
        Self {
            facility_id: facility,
            reference,
            links: links
                .map(|Looked { link, state, what }| LinkLookedAt { link, state, what })
                .collect(),
            verdict,
            cure,
        }
    }
}
