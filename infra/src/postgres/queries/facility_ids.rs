//! Corrected service ids of facilities, and facilities with visits that no configured facility serves.

use cqrs_es::Aggregate as _;
use hip_commands::settings::{Facility, Settings};
use hip_domain::event::Event;
use hip_domain::facility::{Facility as Known, FacilityEvent};
use hip_domain::id::FacilityId;
use sqlx::PgPool;
use thiserror::Error;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::LogReader;

/// Why the ids could not be read.
#[derive(Debug, Error)]
pub enum FacilityIdsError {
    /// The database does not answer.
    #[error("the database cannot be read")]
    Database(#[from] sqlx::Error),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] hip_commands::port::log::LogError),
    /// An event cannot be decoded.
    #[error("an event cannot be understood")]
    Decode(#[from] hip_domain::event::DecodeError),
}

/// The facilities whose service id was corrected.
#[derive(Debug, Clone, Default)]
pub struct Renames(Vec<Renamed>);

#[derive(Debug, Clone)]
struct Renamed {
    first: FacilityId,
    /// Its later names, the newest last.
    names: Vec<FacilityId>,
}

impl Renames {
    /// Reads all renames from the log.
    pub async fn read(pool: &PgPool) -> Result<Self, FacilityIdsError> {
        let log = LogReader::new(pool.clone());
        let mut all = vec![];
        for stream in log.streams_of_type("facility").await? {
            let (mut first, mut known) = (None, Known::default());
            for stored in log.stream(&stream, 0).await? {
                let Event::Facility(event) = hip_commands::log::codec::decode(&stored)?.event
                else {
                    continue;
                };
                if let FacilityEvent::Renamed { facility, .. } = &event {
                    first = Some(facility.clone());
                }
                known.apply(event);
            }
            all.extend(first.map(|first| Renamed { first, names: known.names().to_vec() }));
        }
        Ok(Self(all))
    }

    /// The id in the log of a facility with this current or former id.
    pub fn first_of<'a>(&'a self, id: &'a FacilityId) -> &'a FacilityId {
        let now = || self.0.iter().find(|one| one.names.last() == Some(id));
        let before = || self.0.iter().find(|one| one.names.contains(id));
        now().or_else(before).map_or(id, |one| &one.first)
    }

    /// Sets the log's id of a configured facility.
    pub(crate) fn apply(&self, facility: &mut Facility) {
        let Some(renamed) =
            self.0.iter().find(|one| one.names.last() == Some(&facility.service_id))
        else {
            return;
        };
        facility.id = renamed.first.clone();
        let is_former = |id: &&FacilityId| **id != facility.service_id && **id != facility.id;
        facility.former_ids = renamed.names.iter().filter(is_former).cloned().collect();
    }
}

/// Facilities that have visits in the log but are not configured, with the number of visits.
pub async fn orphans(
    pool: &PgPool,
    settings: &Settings,
) -> Result<Vec<(String, i64)>, FacilityIdsError> {
    let served: Vec<&str> = settings.facilities.iter().map(|one| one.id.as_str()).collect();
    let orphans = sqlx::query_as(
        "SELECT facility_id, count(*) FROM hip.visit \
          WHERE NOT facility_id = ANY ($1) GROUP BY facility_id ORDER BY facility_id",
    );
    Ok(orphans.bind(served).fetch_all(pool).in_time().await?)
}

/// Number of visits of a facility, by its id in the log.
pub async fn visits(pool: &PgPool, facility: &FacilityId) -> Result<i64, FacilityIdsError> {
    let count = sqlx::query_scalar("SELECT count(*) FROM hip.visit WHERE facility_id = $1");
    Ok(count.bind(facility.as_str()).fetch_one(pool).in_time().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> FacilityId {
        FacilityId::parse(text).unwrap()
    }

    fn facility(service_id: &str) -> Facility {
        Facility {
            id: id(service_id),
            service_id: id(service_id),
            former_ids: vec![],
            hfr_id: None,
            name: "PHC".to_owned(),
            thresholds: None,
            sms_without_abha: None,
        }
    }

    #[test]
    fn a_facility_keeps_its_first_id_under_all_that_follow() {
        let names = vec![id("IN1_2"), id("IN1_3")];
        let renames = Renames(vec![Renamed { first: id("IN1_1"), names }]);
        let mut corrected = facility("IN1_3");
        renames.apply(&mut corrected);
        assert_eq!(corrected.id, id("IN1_1"));
        assert_eq!(corrected.service_id, id("IN1_3"));
        assert_eq!(corrected.former_ids, [id("IN1_2")]);
        for known in ["IN1_1", "IN1_2", "IN1_3"] {
            assert_eq!(renames.first_of(&id(known)), &id("IN1_1"));
        }
        // A configured id that was renamed belongs to another facility, or is outdated.
        let mut other = facility("IN1_2");
        renames.apply(&mut other);
        assert_eq!(other, facility("IN1_2"));
    }

    #[test]
    fn a_first_id_may_come_back() {
        let names = vec![id("IN1_2"), id("IN1_1")];
        let renames = Renames(vec![Renamed { first: id("IN1_1"), names }]);
        let mut back = facility("IN1_1");
        renames.apply(&mut back);
        assert_eq!((back.id, back.former_ids), (id("IN1_1"), vec![id("IN1_2")]));
    }
}
