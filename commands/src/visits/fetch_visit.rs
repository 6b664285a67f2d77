//! A visit that a record system announces is fetched and recorded.
//!
//! A fetch may be done twice: nothing is recorded twice, because its push id and its digest follow
//! from what the document says.

use abdm_fhir::visit::VisitErrors;
use hip_domain::facility::FacilityError;
use hip_domain::id::FacilityId;
use thiserror::Error;

use crate::log::dispatch::DispatchError;
use crate::port::VisitRecords;
use crate::port::visit_records::VisitRecordsError;
use crate::ports::Ports;
use crate::visits::facility_pause;
use crate::visits::push::{self, RecordError, Recorded};

/// A visit to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitNotice<'a> {
    /// The source that announces it, by its name.
    pub source: &'a str,
    /// The announcement.
    pub trigger_id: i64,
    /// The visit.
    pub visit_code: &'a str,
    /// The facility, when the announcement tells it.
    pub facility: Option<&'a str>,
}

/// Why a visit was not recorded.
#[derive(Debug, Error)]
pub enum FetchError {
    /// An operator has paused this facility: it waits, and nothing is wrong.
    #[error("the facility is paused")]
    Paused(FacilityId),
    /// There is no document.
    #[error(transparent)]
    Records(#[from] VisitRecordsError),
    /// There is one, of another visit.
    #[error("the document is of another visit: visit.visitCode")]
    OtherVisit,
    /// There is one, and it is not taken.
    #[error(transparent)]
    Record(RecordError),
    /// The pause cannot be looked up.
    #[error(transparent)]
    Pause(#[from] DispatchError<FacilityError>),
}

/// Fetches a document and records it. Returns when the visit is durable.
pub async fn fetch(
    ports: &Ports,
    records: &dyn VisitRecords,
    announced: &VisitNotice<'_>,
) -> Result<Recorded, FetchError> {
    let facility = announced.facility.and_then(|id| known_as(ports, id));
    if let Some(facility) = &facility {
        refuse_paused(ports, facility).await?;
    }
    let text = records.fetch(announced.visit_code).await?;
    let fetched = push::Fetched::parse(text.reveal())
        .map_err(|errors| FetchError::Record(RecordError::Invalid(errors)))?;
    if !is_same_code(fetched.visit_code(), announced.visit_code) {
        return Err(FetchError::OtherVisit);
    }
    // Of a facility that only the document names, it is seen here that it is paused.
    if let Some(named) = known_as(ports, fetched.facility())
        && facility.as_ref() != Some(&named)
    {
        refuse_paused(ports, &named).await?;
    }
    let trigger = format!("{}\n{}", announced.source, announced.trigger_id);
    push::record_fetched(ports, fetched, &trigger).await.map_err(FetchError::Record)
}

/// The log is asked, not a read model: what is paused is paused at once.
/// The service id of a facility that is named by either of its ids; a pause is known by that.
fn known_as(ports: &Ports, id: &str) -> Option<FacilityId> {
    let id = FacilityId::parse(id).ok()?;
    let known = ports.settings.facility_named(&id).map(|known| known.id.clone());
    Some(known.unwrap_or(id))
}

async fn refuse_paused(ports: &Ports, facility: &FacilityId) -> Result<(), FetchError> {
    if facility_pause::is_paused(&ports.dispatcher, facility).await? {
        return Err(FetchError::Paused(facility.clone()));
    }
    Ok(())
}

/// A database that keeps codes as numbers knows nothing of leading zeros.
fn is_same_code(one: &str, other: &str) -> bool {
    one.trim_start_matches('0') == other.trim_start_matches('0')
}

/// How many faults of a document are named.
const FAULTS_NAMED_MAX: usize = 10;

impl FetchError {
    /// Whether trying again may help, without anybody doing anything.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Paused(_) | Self::Pause(_) => true,
            Self::Records(error) => error.may_pass(),
            Self::OtherVisit => false,
            Self::Record(error) => match error {
                RecordError::Invalid(_)
                | RecordError::Identifier { .. }
                | RecordError::UnknownFacility
                | RecordError::Visit(DispatchError::Refused(_)) => false,
                RecordError::Visit(_) | RecordError::Person(_) | RecordError::Vault(_) => true,
            },
        }
    }

    /// Why, for an operator: the paths of what does not fit, and no value.
    pub fn reason(&self) -> String {
        match self {
            Self::Record(RecordError::Invalid(errors)) => faults(errors),
            Self::Record(error) => error.to_string(),
            Self::Paused(_) | Self::Records(_) | Self::OtherVisit | Self::Pause(_) => {
                self.to_string()
            }
        }
    }
}

fn faults(errors: &VisitErrors) -> String {
    let named: Vec<String> = errors
        .iter()
        .take(FAULTS_NAMED_MAX)
        .map(|error| format!("{} ({})", error.path, error.rule.as_str()))
        .collect();
    let more = errors.iter().count().saturating_sub(FAULTS_NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("the visit document does not fit its schema: {}{more}", named.join(", "))
}
