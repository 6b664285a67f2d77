//! `GET /v1/care-contexts/{reference}/explanation`: why does the patient not see a record?

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
use crate::http::middleware::caller::{Authorized, CanLookUp};
use crate::http::middleware::problem::Problem;

/// Explanation of a care context: the steps from the visit to the patient's app, up to the first
/// that failed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    /// Facility of the visit.
    #[schema(example = "IN0610099001")]
    pub(crate) facility_id: String,
    /// The visit code.
    #[schema(example = "30000000000104729")]
    pub(crate) reference: String,
    /// The checked steps, in order.
    pub(crate) links: Vec<LinkLookedAt>,
    /// The result in one sentence.
    #[schema(example = "it is linked, and nobody has the patient's consent to see it")]
    pub(crate) verdict: String,
    /// What to do; `null` if all steps are complete.
    pub(crate) cure: Option<String>,
}

/// Result of one step.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkLookedAt {
    /// Name of the step: `visit`, `documents`, `token`, `linked`, `consent`, `request`, `accepted`, `pages`,
    /// `encrypted`, `pushed`, `notified`.
    #[schema(value_type = String)]
    pub(crate) link: explain::Link,
    /// `holds`, `waits` (for another party) or `broken`.
    #[schema(value_type = String)]
    pub(crate) state: explain::State,
    /// Description of the result.
    pub(crate) what: String,
}

/// Explains why a patient does not see a record: the first step that failed, and what to do about it.
#[utoipa::path(get, path = "/v1/care-contexts/{reference}/explanation", tag = "records",
    operation_id = "explainCareContext",
    params(("reference" = String, Path, max_length = 255, description = "the visit code",
            example = "30000000000104729"), FacilityFilter),
    responses((status = 200, body = Explanation),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "Several of the caller's facilities have one with this reference.")))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanLookUp>,
    State(app): Context,
    PathParam(reference): PathParam,
    Query(filter): Query<FacilityFilter>,
) -> Result<Json<Explanation>, Problem> {
    const ABSENT: &str = "There is no such care context";
    let reference =
        CareContextReference::parse(reference).map_err(|_| Problem::not_found(ABSENT))?;
    let found = explained(&app, &caller, &reference, filter.facility.as_ref()).await?;
    let (of, found) = only(found, ABSENT)?;
    access_log::at_thing(&app, &caller, View::Explanation, &of).await?;
    Ok(Json(found))
}

/// Matches at the caller's facilities, each with its stream.
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
