//! Messages of the gateway: stored, routed, interpreted.

pub mod callbacks;
pub mod receive;
pub mod routing;
