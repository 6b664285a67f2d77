//! Facilities that the gateway does not list for our bridge get no callback and no answer: said once,
//! at the start.

use hip_commands::settings::Settings;
use hip_infra::http::gateway::HttpGateway;
use hip_infra::http::gateway::bridge::BridgeListing;

/// Compares what is configured with the gateway's list, and warns of what is not in it. The gateway
/// may be away; then this says nothing.
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
