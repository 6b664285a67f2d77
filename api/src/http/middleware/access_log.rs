//! Writes the access log before responding. It fails closed: without an entry in the log, nothing is returned.

use hip_commands::accountability::access_log::{AccessLogError, AccessRecorder};
use hip_commands::accountability::caller::Caller;
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::history_reader::PgHistoryReader;

use crate::app::App;
use crate::http::middleware::problem::Problem;

/// Records access to an item of one patient.
pub(crate) async fn at_thing(
    app: &App,
    caller: &Caller,
    view: View,
    of: &StreamId,
) -> Result<(), Problem> {
    let viewer = AccessRecorder::over_http(&app.ports, caller);
    let evidence = PgHistoryReader::new(app.pool.clone());
    viewer.resource(&evidence, view, of).await.map_err(|error| problem(&error))
}

/// Records access to data of this patient.
pub(crate) async fn at_person(
    app: &App,
    caller: &Caller,
    view: View,
    subject: SubjectId,
) -> Result<(), Problem> {
    let viewer = AccessRecorder::over_http(&app.ports, caller);
    viewer.patient(view, subject).await.map_err(|error| problem(&error))
}

/// Records access to these list items, with the selection. An empty list is not
/// recorded.
pub(crate) async fn at_list<T>(
    app: &App,
    caller: &Caller,
    listing: Listing,
    by: &[(Filter, bool)],
    items: &[T],
) -> Result<(), Problem> {
    if items.is_empty() {
        return Ok(());
    }
    let viewer = AccessRecorder::over_http(&app.ports, caller);
    viewer.list(listing, by).await.map_err(|error| problem(&error))
}

fn problem(error: &AccessLogError) -> Problem {
    tracing::error!(%error, "an access could not be recorded");
    Problem::unavailable()
}
