//! Random ids.

use uuid::Uuid;

/// Source of random ids.
pub trait Ids: Send + Sync {
    /// A random UUID (version 4) from the operating system's generator.
    fn random(&self) -> Uuid;
}
