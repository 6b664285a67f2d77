//! Messages between the simulator and the HIP, and their types.

pub(crate) mod bearer;
pub(crate) mod callback;
pub(crate) mod care_context;
pub(crate) mod flow_error;
pub(crate) mod message;
pub(crate) mod operation;
pub(crate) mod peer;
pub(crate) mod question;
pub(crate) mod version;
pub(crate) mod violation;
