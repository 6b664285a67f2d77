//! `hip.care_context`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::care_context::CareContextFacts;
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::recorded::Recorded;
use hip_projections::care_context::{
    CareContextChange, CareContextUpdate, Refusal, Refused, change,
};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::erased::Erased;
use super::table::Table;

/// Writes `hip.care_context`.
pub struct CareContextTable;

#[async_trait]
impl Table for CareContextTable {
    const NAME: &'static str = "care_context";

    type Change = CareContextChange;

    fn change(recorded: &Recorded<Event>) -> Option<CareContextChange> {
        change(recorded)
    }

    fn row(change: &CareContextChange) -> Option<String> {
        Some(change.stream.as_str().to_owned())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<CareContextChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut registered, mut links) = (Registered::default(), Links::default());
        for CareContextChange { stream, what } in changes {
            let stream = stream.as_str().to_owned();
            match what {
                CareContextUpdate::Registered(facts, hi_types) => {
                    registered.push(stream, facts, &hi_types);
                }
                CareContextUpdate::LinkRequested(request_id) => {
                    links.push(stream, "requested", Link::Requested(request_id.0));
                }
                CareContextUpdate::Linked(at) => links.push(stream, "linked", Link::Linked(at)),
                CareContextUpdate::NotLinked(refusal) => {
                    links.push(stream, "unlinked", Link::Refused(refusal));
                }
            }
        }
        registered.upsert(transaction).await?;
        links.update(transaction).await
    }

    async fn forget(
        transaction: &mut PgTransaction<'_>,
        erased: &Erased<'_>,
    ) -> Result<(), sqlx::Error> {
        erased.run(transaction, "DELETE FROM care_context WHERE subject_id = $1").await
    }
}

/// Care contexts, column by column.
#[derive(Default)]
struct Registered {
    stream: Vec<String>,
    number: Vec<String>,
    facility: Vec<String>,
    subject: Vec<Uuid>,
    visit: Vec<String>,
    visited_at: Vec<DateTime<Utc>>,
    /// Joined by commas: Postgres arrays cannot have rows of different lengths.
    hi_types: Vec<String>,
}

impl Registered {
    fn push(&mut self, stream: String, facts: CareContextFacts, hi_types: &[HiType]) {
        let hi_types: Vec<&str> = hi_types.iter().map(|hi_type| hi_type.as_str()).collect();
        self.stream.push(stream);
        self.number.push(facts.reference.into());
        self.facility.push(facts.facility.into());
        self.subject.push(facts.subject.0);
        self.visit.push(facts.visit.as_str().to_owned());
        self.visited_at.push(facts.visited_at);
        self.hi_types.push(hi_types.join(","));
    }

    async fn upsert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO care_context (stream_id, care_context_number, facility_id, subject_id, \
                                       visit_stream_id, visited_at, hi_types, link_state) \
             SELECT m.stream_id, m.number, m.facility_id, m.subject_id, m.visit_stream_id, m.visited_at, \
                    string_to_array(m.hi_types, ','), 'unlinked' \
               FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[]) \
                    AS m(stream_id, number, facility_id, subject_id, visit_stream_id, visited_at, hi_types) \
             ON CONFLICT (stream_id) DO UPDATE SET hi_types = EXCLUDED.hi_types, \
                                                   visited_at = EXCLUDED.visited_at",
        )
        .bind(self.stream)
        .bind(self.number)
        .bind(self.facility)
        .bind(self.subject)
        .bind(self.visit)
        .bind(self.visited_at)
        .bind(self.hi_types)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// What happened to a link.
enum Link {
    Requested(Uuid),
    Linked(DateTime<Utc>),
    Refused(Refusal),
}

/// Links, column by column. A missing value keeps the column, except that errors are cleared.
#[derive(Default)]
struct Links {
    stream: Vec<String>,
    state: Vec<&'static str>,
    request_id: Vec<Option<Uuid>>,
    linked_at: Vec<Option<DateTime<Utc>>>,
    refusal: Vec<Option<Refusal>>,
}

impl Links {
    fn push(&mut self, stream: String, state: &'static str, link: Link) {
        let (request_id, linked_at, refusal) = match link {
            Link::Requested(request_id) => (Some(request_id), None, None),
            Link::Linked(at) => (None, Some(at), None),
            Link::Refused(refusal) => (None, None, Some(refusal)),
        };
        self.stream.push(stream);
        self.state.push(state);
        self.request_id.push(request_id);
        self.linked_at.push(linked_at);
        self.refusal.push(refusal);
    }

    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        let of = |pick: fn(&Refusal) -> Option<String>| -> Vec<Option<String>> {
            self.refusal.iter().map(|refusal| refusal.as_ref().and_then(pick)).collect()
        };
        let retry_at = |refusal: &Option<Refusal>| refusal.as_ref().and_then(|it| it.retry_at);
        let retry_at: Vec<_> = self.refusal.iter().map(retry_at).collect();
        sqlx::query(
            "UPDATE care_context c \
                SET link_state = m.state, link_request_id = coalesce(m.request_id, c.link_request_id), \
                    linked_at = coalesce(m.linked_at, c.linked_at), link_error = m.error, \
                    link_error_about = m.about, link_said = m.said, link_retry_at = m.retry_at \
               FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], \
                           $7::text[], $8::timestamptz[]) \
                    AS m(stream_id, state, request_id, linked_at, error, about, said, retry_at) \
              WHERE c.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.state)
        .bind(self.request_id)
        .bind(self.linked_at)
        .bind(of(|refusal| Some(refusal.code.as_str().to_owned())))
        .bind(of(|refusal| Some(about(refusal.about).to_owned())))
        .bind(of(|refusal| refusal.said.clone()))
        .bind(retry_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

const fn about(refused: Refused) -> &'static str {
    match refused {
        Refused::Token => "token",
        Refused::Link => "link",
    }
}
