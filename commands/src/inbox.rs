//! Messages of the gateway: stored, routed, interpreted.

pub mod callbacks;
pub mod intake;
pub mod routing;
