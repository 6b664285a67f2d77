//! Fresh identifiers.

use uuid::Uuid;

/// Where new random ids come from.
pub trait Ids: Send + Sync {
    /// A random id (version 4), from the operating system's generator.
    fn random(&self) -> Uuid;
}
