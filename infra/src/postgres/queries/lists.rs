//! Lists of read models: newest first, each page continues after the last item of the previous one.
//!
//! An item is read by the names of its columns, so a list may serve any row that has some of them.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder};

use crate::postgres::deadline::InTime as _;

/// A list, as parts of a SELECT.
pub struct List {
    /// The columns of an item.
    columns: &'static str,
    /// FROM clause.
    from: &'static str,
    /// The time column for the order.
    at: &'static str,
    /// The column that orders items of the same time.
    id: &'static str,
    /// The facility column.
    facility: &'static str,
}

/// Columns that an item must have a value in; `None` does not filter.
pub type Filters<'a> = &'a [(&'static str, Option<String>)];

/// Which items of a list are read.
pub struct Request<'a> {
    /// Only of these facilities; `None` reads those of all.
    pub facilities: Option<&'a [String]>,
    /// Maximum number of items.
    pub count: i64,
    /// Only items after the one with this time and id.
    pub after: Option<(DateTime<Utc>, &'a str)>,
}

/// An item of a list with its position in the list.
#[derive(FromRow)]
pub struct Placed<T> {
    /// Its time.
    pub page_at: DateTime<Utc>,
    /// Its id among items of the same time.
    pub page_id: String,
    /// The item.
    #[sqlx(flatten)]
    pub item: T,
}

impl List {
    /// Reads items that have all of these values in these columns.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn read<T>(
        &self,
        pool: &PgPool,
        request: Request<'_>,
        filters: Filters<'_>,
    ) -> Result<Vec<Placed<T>>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let Self { columns, from, at, id, facility } = self;
        let start =
            format!("SELECT {at} AS page_at, {id} AS page_id, {columns} FROM {from} WHERE true");
        let mut query = QueryBuilder::<Postgres>::new(start);
        match request.facilities {
            None => {}
            // A single value instead of a list of one: only then does the index of one facility give the order.
            Some([only]) => {
                query.push(format!(" AND {facility} = ")).push_bind(only);
            }
            Some(several) => {
                query.push(format!(" AND {facility} = ANY (")).push_bind(several).push(")");
            }
        }
        for (column, value) in filters {
            if let Some(value) = value {
                query.push(format!(" AND {column} = ")).push_bind(value);
            }
        }
        if let Some((after_at, after_id)) = request.after {
            query.push(format!(" AND ({at}, {id}) < (")).push_bind(after_at);
            query.push(", ").push_bind(after_id).push(")");
        }
        query.push(format!(" ORDER BY {at} DESC, {id} DESC LIMIT ")).push_bind(request.count);
        query.build_query_as().fetch_all(pool).in_time().await
    }
}

/// The columns of `hip.care_context` that say why it is not linked.
macro_rules! link_error_columns {
    ($table:literal) => {
        concat!($table, "link_error, ", $table, "link_error_about, ", $table, "link_said")
    };
}
pub(super) use link_error_columns;

/// Visits, with the state of their links.
pub const VISITS: List = List {
    columns: concat!(
        "v.stream_id, v.visit_code AS code, v.facility_id, v.revision, v.visited_at, v.recorded_at, v.linked, \
         c.link_state, c.link_retry_at, c.linked_at, v.documents, v.skipped, v.rejected, ",
        link_error_columns!("c.")
    ),
    from: "hip.visit v LEFT JOIN hip.care_context c ON c.visit_stream_id = v.stream_id",
    at: "v.recorded_at",
    id: "v.stream_id",
    facility: "v.facility_id",
};

/// Announced visits that are fetched.
pub const VISIT_JOBS: List = List {
    columns: "j.source || ':' || j.trigger_id AS id, j.visit_code, nullif(j.facility_id, '') AS facility_id, \
              j.state = 'due' AND coalesce(i.paused, false) AS paused, j.state, j.attempts, \
              CASE WHEN j.state = 'due' THEN j.due_at END AS next_attempt_at, j.last_error AS reason, \
              j.created_at, j.done_at",
    from: "hip.visit_job j LEFT JOIN hip.facility_intake i USING (facility_id)",
    at: "j.created_at",
    id: "(j.source || ':' || j.trigger_id)",
    facility: "j.facility_id",
};

/// Care contexts and their links.
pub const CARE_CONTEXTS: List = List {
    columns: concat!(
        "care_context_number AS reference, facility_id, stream_id AS link_id, visited_at, hi_types, link_state, \
         link_retry_at, linked_at, ",
        link_error_columns!("")
    ),
    from: "hip.care_context",
    at: "visited_at",
    id: "stream_id",
    facility: "facility_id",
};

/// The same, to be filtered by `abha_address`, the pseudonym of a patient's ABHA address.
pub const CARE_CONTEXTS_BY_ADDRESS: List = List {
    from: "(SELECT c.*, i.abha_address FROM hip.care_context c \
              JOIN hip.patient_index i USING (subject_id)) AS c",
    ..CARE_CONTEXTS
};

/// Consents.
pub const CONSENTS: List = List {
    columns: "consent_id AS id, facility_id, hiu_id, hi_types, range_from AS \"from\", range_to AS \"to\", \
              erase_at, status, signature, granted_at, ended_at",
    from: "hip.consent",
    at: "coalesce(granted_at, ended_at)",
    id: "consent_id",
    facility: "facility_id",
};

/// Transfers of records to HIUs.
pub const TRANSFERS: List = List {
    columns: "transaction_id, facility_id, consent_id, hiu_dialect, status, error, page_count, \
              requested_at, completed_at",
    from: "hip.data_flow_request",
    at: "requested_at",
    id: "transaction_id",
    facility: "facility_id",
};

/// Messages of the gateway.
pub const CALLBACKS: List = List {
    columns: "request_id, kind, api, facility_id, received_at, received_pos AS position, late_by_s, status, \
              error, field, reason, closed_at, replays, replay_id",
    from: "hip.callback",
    at: "received_at",
    id: "stream_id",
    facility: "facility_id",
};
