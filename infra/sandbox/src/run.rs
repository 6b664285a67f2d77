//! Clock, random values, credentials and options of one run.

pub(crate) mod clock;
pub(crate) mod credentials;
pub(crate) mod draw;
pub(crate) mod options;
pub(crate) mod tick;
