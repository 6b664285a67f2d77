//! What one run has: its clock, its chance, its options.

pub(crate) mod clock;
pub(crate) mod credentials;
pub(crate) mod draw;
pub(crate) mod options;
pub(crate) mod tick;
