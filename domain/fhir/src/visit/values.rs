//! Forms of single values in a visit document.

pub(crate) mod dashes;
pub(super) mod decimal;
pub(super) mod moment;
pub(super) mod whole;
