//! Fetches a visit that a record system announced, and records it.
//!
//! A repeated fetch records nothing twice, because push id and digest are derived from the document.

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

/// An announcement of a visit to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitNotice<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Id of the announcement.
    pub trigger_id: i64,
    /// The visit code.
    pub visit_code: &'a str,
    /// The facility, if the announcement names it.
    pub facility: Option<&'a str>,
}

/// Why a visit was not recorded.
#[derive(Debug, Error)]
pub enum FetchError {
    /// An operator paused this facility. The visit waits; this is not an error.
    #[error("the facility is paused")]
    Paused(FacilityId),
    /// The document could not be fetched.
    #[error(transparent)]
    Records(#[from] VisitRecordsError),
    /// The document is that of another visit.
    #[error("the document is of another visit: visit.visitCode")]
    OtherVisit,
    /// The document was refused.
    #[error(transparent)]
    Record(RecordError),
    /// The pause state could not be read.
    #[error(transparent)]
    Pause(#[from] DispatchError<FacilityError>),
}

/// Fetches a document and records it. The visit is durable when this returns.
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
    // If only the document names the facility, check here whether it is paused.
    if let Some(named) = known_as(ports, fetched.facility())
        && facility.as_ref() != Some(&named)
    {
        refuse_paused(ports, &named).await?;
    }
    let trigger = format!("{}\n{}", announced.source, announced.trigger_id);
    push::record_fetched(ports, fetched, &trigger).await.map_err(FetchError::Record)
}

/// The facility with this id, which may be any of its ids, by the id in the log. Pauses are stored under that id.
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

/// Compares visit codes without leading zeros, because a database may store them as numbers.
fn is_same_code(one: &str, other: &str) -> bool {
    one.trim_start_matches('0') == other.trim_start_matches('0')
}

/// Most errors of a document to list.
const FAULTS_NAMED_MAX: usize = 10;

impl FetchError {
    /// Whether a retry may succeed without an intervention.
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

    /// The reason for operators: paths of the errors, without values.
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
