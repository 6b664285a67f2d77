//! The search for a patient, and for what the patient can be offered, without anything around it.

use std::time::Instant;

use anyhow::ensure;
use hip_commands::patients::lookup::LookupKey;
use hip_commands::port::patient_directory::Wanted;
use hip_domain::id::FacilityId;
use serde::Serialize;

use super::measured::ms;
use super::sample::Latencies;
use crate::app::App;
use crate::dev::demo_environment::FACILITY_ID;
use crate::dev::person::Person;

/// Searches of one measurement.
const SEARCHES: u64 = 2_000;

/// Searches for a patient and what can be offered, one after the other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Matcher {
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
}

/// Searches for patients by mobile number, all over the directory. Each has this number of visits that are not
/// linked yet.
pub(super) async fn measure(app: &App, patients: u32, unlinked: usize) -> anyhow::Result<Matcher> {
    let facility = FacilityId::parse(FACILITY_ID)?;
    let mut latencies = Latencies::default();
    for n in 0..SEARCHES {
        let holder = Person::numbered(n * u64::from(patients) / SEARCHES).holder();
        let mobile = LookupKey::Mobile(&holder.mobile);
        let mobiles = [app.ports.vault.pseudonym(&facility, &mobile).await?];
        let begun_at = Instant::now();
        let wanted = Wanted { mobiles: &mobiles, ..Wanted::default() };
        let found = app.ports.directory.search(&facility, &wanted).await?;
        ensure!(found.len() == 1, "a patient was not found alone");
        let offer = app.ports.directory.offer(found[0].candidate.subject).await?;
        latencies.push(begun_at.elapsed());
        ensure!(offer.unlinked.len() == unlinked, "a patient has another number of visits");
    }
    let found = latencies.percentiles();
    Ok(Matcher { p50_ms: found.map(|it| ms(it.p50)), p99_ms: found.map(|it| ms(it.p99)) })
}
