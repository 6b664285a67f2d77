//! Warns at the start of facilities that the gateway does not list for our bridge: they receive no callbacks
//! and no answers.

use hip_commands::settings::Settings;
use hip_infra::http::gateway::HttpGateway;
use hip_infra::http::gateway::bridge::BridgeListing;

/// Compares the configuration with the gateway's list, and warns of missing facilities. If the gateway
/// is unavailable, it does nothing.
pub(crate) async fn warn_of_missing(gateway: &HttpGateway, settings: &Settings) {
    let Ok(bridge) = gateway.bridge().await else { return };
    let missing: Vec<_> = settings
        .facilities
        .iter()
        .filter(|facility| bridge.standing(&facility.service_id) != BridgeListing::Listed)
        .map(|facility| facility.service_id.as_str())
        .collect();
    if !missing.is_empty() {
        tracing::warn!(
            facilities = missing.join(" "),
            "the gateway does not list these facilities as active HIPs of our bridge; `hip doctor` says more"
        );
    }
}
