//! HIUs that are shown our session token, from the log.

use cqrs_es::Aggregate as _;
use hip_domain::event::{DecodeError, Event};
use hip_domain::hiu::{Hiu, HiuEvent};
use hip_domain::id::{HiuId, PushHost};
use sqlx::PgPool;
use thiserror::Error;

use crate::postgres::event_store::LogReader;

/// Why the trusted HIUs could not be read.
#[derive(Debug, Error)]
pub enum TrustedHiusError {
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] hip_commands::port::log::LogError),
    /// An event cannot be decoded.
    #[error("an event cannot be understood")]
    Decode(#[from] DecodeError),
}

/// Reads all trusted HIUs, each with its trusted hosts.
///
/// # Errors
///
/// The log cannot be read.
pub async fn read(pool: &PgPool) -> Result<Vec<(HiuId, Vec<PushHost>)>, TrustedHiusError> {
    let log = LogReader::new(pool.clone());
    let mut all = vec![];
    for stream in log.streams_of_type("hiu").await? {
        let (mut id, mut state) = (None, Hiu::default());
        for stored in log.stream(&stream, 0).await? {
            let Event::Hiu(event) = hip_commands::log::codec::decode(&stored)?.event else {
                continue;
            };
            let (HiuEvent::Trusted { hiu, .. } | HiuEvent::Distrusted { hiu }) = &event;
            id = Some(hiu.clone());
            state.apply(event);
        }
        let hosts: Vec<PushHost> = state.hosts().cloned().collect();
        all.extend(id.filter(|_| !hosts.is_empty()).map(|id| (id, hosts)));
    }
    Ok(all)
}
