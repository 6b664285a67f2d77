//! Messages of the gateway: store, route and interpret them.

pub mod callbacks;
pub mod receive;
pub mod routing;
