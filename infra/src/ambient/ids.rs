//! Random ids from the operating system.

use hip_commands::port::Ids;
use uuid::Uuid;

/// Random ids from the operating system.
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws ids")]
    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }
}
