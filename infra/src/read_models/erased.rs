//! A person who is erased, as read models hear of it.

use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::recorded::Recorded;
use hip_domain::subject::SubjectEvent;
use sqlx::PgTransaction;

/// A person who is erased.
#[derive(Debug, Clone, Copy)]
pub struct Erased<'a> {
    /// Who.
    pub subject: SubjectId,
    /// Where they were treated.
    pub facility: &'a FacilityId,
    /// Pseudonyms of the ABHA addresses that they had there.
    pub addresses: &'a [Pseudonym],
}

impl<'a> Erased<'a> {
    /// Whom an event says to be erased.
    pub fn of(recorded: &'a Recorded<Event>) -> Option<Self> {
        let Event::Subject(SubjectEvent::Erased { facility, addresses, .. }) = &recorded.event
        else {
            return None;
        };
        Some(Self { subject: recorded.subject?, facility, addresses })
    }

    /// Runs a statement whose only parameter is the person.
    pub(super) async fn run(
        &self,
        transaction: &mut PgTransaction<'_>,
        statement: &'static str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(statement).bind(self.subject.0).execute(&mut **transaction).await?;
        Ok(())
    }
}
