//! Checks that every subscriber applies its events.

use hip_infra::subscription::projection_status::{self, ProjectionStatus};
use sqlx::PgPool;

use super::check::Check;

const NAME: &str = "readers";

pub(super) async fn check(pool: &PgPool) -> Vec<Check> {
    let Ok(readers) = projection_status::all(pool).await else {
        return vec![Check::failed(NAME, "they cannot be read", "look at the database")];
    };
    let found: Vec<Check> = readers.iter().filter_map(finding).collect();
    if found.is_empty() { vec![Check::ok(NAME, "each applies what it reads")] } else { found }
}

fn finding(reader: &ProjectionStatus) -> Option<Check> {
    let ProjectionStatus { name, state, parked, last_error, .. } = reader;
    if state == "halted" {
        let cause = last_error.as_deref().unwrap_or("no cause is known");
        let cure = "mend the cause and start `hip serve` again";
        return Some(Check::failed(NAME, format!("{name} has halted: {cause}"), cure));
    }
    (*parked > 0).then(|| {
        let what = format!("{name} has put aside {parked} events; see `hip projection status`");
        let cure = format!("mend the cause, then run `hip projection unpark {name}`");
        Check::warning(NAME, what, cure)
    })
}
