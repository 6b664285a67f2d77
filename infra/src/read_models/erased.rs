//! An erased patient, as passed to read models.

use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::recorded::Recorded;
use hip_domain::subject::SubjectEvent;
use sqlx::PgTransaction;

/// An erased patient.
#[derive(Debug, Clone, Copy)]
pub struct Erased<'a> {
    /// The subject.
    pub subject: SubjectId,
    /// The facility that treated them.
    pub facility: &'a FacilityId,
    /// Pseudonyms of their ABHA addresses at the facility.
    pub addresses: &'a [Pseudonym],
}

impl<'a> Erased<'a> {
    /// The patient whose erasure an event records; else `None`.
    pub fn of(recorded: &'a Recorded<Event>) -> Option<Self> {
        let Event::Subject(SubjectEvent::Erased { facility, addresses, .. }) = &recorded.event
        else {
            return None;
        };
        Some(Self { subject: recorded.subject?, facility, addresses })
    }

    /// Runs a statement with the subject as its only parameter.
    pub(super) async fn run(
        &self,
        transaction: &mut PgTransaction<'_>,
        statement: &'static str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(statement).bind(self.subject.0).execute(&mut **transaction).await?;
        Ok(())
    }
}
