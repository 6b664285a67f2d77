//! Who has seen what, and what was erased.

pub mod audit;
pub mod caller;
pub mod erasure;
pub(crate) mod noticed;
pub mod viewing;
