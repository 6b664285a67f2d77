//! `hip.callback`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::callback::{Change, What, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.callback`.
pub struct CallbackTable;

#[async_trait]
impl Table for CallbackTable {
    const NAME: &'static str = "callback";

    type Change = Change;

    fn change(recorded: &Recorded<Event>) -> Option<Change> {
        change(recorded)
    }

    async fn write(transaction: &mut PgTransaction<'_>, change: Change) -> Result<(), sqlx::Error> {
        let Change { stream, at, what } = change;
        let stream = stream.as_str().to_owned();
        let query = match what {
            What::Received(received, position) => sqlx::query(
                "INSERT INTO callback (stream_id, request_id, kind, api, facility_id, received_at, received_pos, \
                                       late_by_s, status) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received') ON CONFLICT DO NOTHING",
            )
            .bind(stream)
            .bind(received.request_id.0)
            .bind(received.kind.as_str())
            .bind(received.api.as_str())
            .bind(String::from(received.facility))
            .bind(at)
            .bind(position)
            .bind(received.bearer.late_by_s),
            What::Interpreted => sqlx::query(
                "UPDATE callback SET status = 'interpreted', error = NULL, field = NULL, reason = NULL, closed_at = $2 \
                  WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at),
            What::Rejected(code, reason) => sqlx::query(
                "UPDATE callback SET status = 'rejected', error = $3, field = NULL, reason = $4, closed_at = $2 \
                  WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at)
            .bind(String::from(code))
            .bind(reason),
            What::Failed(field, expected) => sqlx::query(
                "UPDATE callback SET status = 'failed', error = NULL, field = $3, reason = $4, closed_at = $2 \
                  WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at)
            .bind(field)
            .bind(expected),
        };
        query.execute(&mut **transaction).await?;
        Ok(())
    }
}
