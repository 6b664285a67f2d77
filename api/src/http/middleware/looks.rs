//! Writes the access log before responding. It fails closed: without an entry in the log, nothing is returned.

use hip_commands::accountability::caller::Caller;
use hip_commands::accountability::viewing::{Viewer, ViewingError};
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::evidence::PgEvidence;

use crate::compose::Composed;
use crate::http::middleware::problem::Problem;

/// The caller is about to see something of one person.
pub(crate) async fn at_thing(
    composed: &Composed,
    caller: &Caller,
    view: View,
    of: &StreamId,
) -> Result<(), Problem> {
    let viewer = Viewer::at_the_door(&composed.provider, caller);
    let evidence = PgEvidence::new(composed.pool.clone());
    viewer.thing(&evidence, view, of).await.map_err(|error| problem(&error))
}

/// The caller is about to see something of this person.
pub(crate) async fn at_person(
    composed: &Composed,
    caller: &Caller,
    view: View,
    subject: SubjectId,
) -> Result<(), Problem> {
    let viewer = Viewer::at_the_door(&composed.provider, caller);
    viewer.person(view, subject).await.map_err(|error| problem(&error))
}

/// The caller is about to see these items, selected by what of this was said. Where there is none, nobody
/// is seen.
pub(crate) async fn at_list<T>(
    composed: &Composed,
    caller: &Caller,
    listing: Listing,
    by: &[(Filter, bool)],
    items: &[T],
) -> Result<(), Problem> {
    if items.is_empty() {
        return Ok(());
    }
    let viewer = Viewer::at_the_door(&composed.provider, caller);
    viewer.list(listing, by).await.map_err(|error| problem(&error))
}

fn problem(error: &ViewingError) -> Problem {
    tracing::error!(%error, "a look could not be remembered");
    Problem::unavailable()
}
