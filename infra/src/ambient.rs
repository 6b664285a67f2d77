//! The clock and random ids.

pub mod clock;
pub mod ids;
