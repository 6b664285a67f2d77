//! Checks of the gateway: session, keys, clock, bridge.

use std::sync::Arc;

use hip_commands::operations::abdm_error::{self, Context, Entry};
use hip_commands::port::gateway::SendError;
use hip_commands::settings::{Facility, Settings};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::config::{Config, Secrets};
use hip_infra::http::gateway::HttpGateway;
use hip_infra::http::gateway::bridge::{Bridge, BridgeListing};

use super::check::Check;

/// The gateway rejects calls whose TIMESTAMP differs too much from its own time; the limit is not published.
const SKEW_S_WARNING: u64 = 30;
const SKEW_S_MAX: u64 = 300;

pub(super) async fn gateway(
    config: &Config,
    settings: &Settings,
    secrets: &Secrets,
    register_url: Option<&str>,
) -> Vec<Check> {
    let of_gateway = config.gateway_settings(secrets);
    let made = HttpGateway::new(of_gateway, Arc::new(SystemClock), Arc::new(RandomIds));
    let gateway = match made {
        Ok(gateway) => gateway,
        Err(error) => {
            return vec![Check::failed("gateway", error.to_string(), "correct base_url")];
        }
    };
    if let Err(error) = gateway.session_token().await {
        return vec![refused("session", &error, Context::Session)];
    }
    let opened = format!("opened at {}", config.gateway.base_url);
    let mut checks = vec![Check::ok("session", opened)];
    checks.extend(keys_and_clock(&gateway).await);
    if let Some(url) = register_url {
        checks.push(match gateway.set_bridge_url(url).await {
            Ok(()) => Check::ok("register url", format!("the gateway was told {url}")),
            Err(error) => refused("register url", &error, Context::Bridge),
        });
    }
    match gateway.bridge().await {
        Ok(bridge) => {
            checks.push(url(&bridge));
            checks.extend(settings.facilities.iter().map(|one| facility(&bridge, one)));
        }
        Err(error) => checks.push(refused("bridge", &error, Context::Bridge)),
    }
    checks
}

async fn keys_and_clock(gateway: &HttpGateway) -> Vec<Check> {
    let (count, ahead_s) = match gateway.probe_keys().await {
        Ok(probed) => probed,
        Err(error) => return vec![refused("keys", &error, Context::Session)],
    };
    let keys = Check::ok("keys", format!("{count} of the gateway's can be read"));
    vec![keys, clock(ahead_s)]
}

fn clock(ahead_s: Option<i64>) -> Check {
    const NAME: &str = "clock";
    const CURE: &str = "set this machine's clock by NTP";
    let Some(ahead_s) = ahead_s else {
        return Check::warning(NAME, "the gateway does not tell its time", "check NTP yourself");
    };
    let what = format!(
        "{} s {} the gateway's",
        ahead_s.unsigned_abs(),
        match ahead_s {
            ..=0 => "ahead of",
            1.. => "behind",
        }
    );
    match ahead_s.unsigned_abs() {
        SKEW_S_MAX.. => Check::failed(NAME, what, CURE),
        SKEW_S_WARNING.. => Check::warning(NAME, what, CURE),
        0.. => Check::ok(NAME, what),
    }
}

/// Reports the registered callback URL. Only the gateway can test whether it leads to us.
fn url(bridge: &Bridge) -> Check {
    const NAME: &str = "bridge url";
    const CURE: &str = "register one with `hip doctor --register-url https://…`";
    match &bridge.url {
        None => Check::failed(NAME, "none is registered", CURE),
        Some(url) if url.starts_with("https://") => {
            Check::ok(NAME, format!("callbacks go to {url}"))
        }
        Some(url) => Check::warning(NAME, format!("callbacks go to {url}, not encrypted"), CURE),
    }
}

fn facility(bridge: &Bridge, facility: &Facility) -> Check {
    const NAME: &str = "facility";
    let (id, name) = (&facility.service_id, &facility.name);
    match bridge.standing(id) {
        BridgeListing::Listed => Check::ok(NAME, format!("{id} ({name}) is listed as a HIP")),
        BridgeListing::Inactive => {
            let cure = "switch it on in the facility register";
            Check::failed(NAME, format!("{id} ({name}) is listed, but not active"), cure)
        }
        BridgeListing::NoHip => {
            let cure = "register it as a HIP for this bridge";
            Check::failed(NAME, format!("{id} ({name}) is listed, but not as a HIP"), cure)
        }
        BridgeListing::Missing { perhaps } => {
            let what = format!("{id} ({name}) is not in bridge-services");
            let listed: Vec<_> = bridge.services.iter().map(|one| one.id.as_str()).collect();
            let cure = match (perhaps.as_slice(), listed.as_slice()) {
                ([], []) => "the list is empty: register the facility for this bridge".to_owned(),
                ([], listed) => format!("the list has {}", listed.join(", ")),
                (perhaps, _) => {
                    format!("perhaps it is {}: set that as its id", perhaps.join(" or "))
                }
            };
            Check::failed(NAME, what, cure)
        }
    }
}

fn refused(name: &'static str, error: &SendError, context: Context) -> Check {
    let (status, code) = match error {
        SendError::Unavailable { status, code, .. } | SendError::Refused { status, code, .. } => {
            (*status, code.clone())
        }
        SendError::Duplicate { status, code } => (Some(*status), Some(code.clone())),
    };
    let Entry { what, cure, .. } = abdm_error::of_refusal(status, code.as_ref(), context);
    let status = status.map(|status| format!(" (status {status})")).unwrap_or_default();
    Check::failed(name, format!("{what}{status}"), cure)
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckResult;
    use super::*;

    #[test]
    fn a_clock_is_judged_by_how_far_it_is_off() {
        for (ahead_s, outcome) in [
            (Some(2), CheckResult::Ok),
            (Some(-29), CheckResult::Ok),
            (Some(31), CheckResult::Warning),
            (Some(-400), CheckResult::Failed),
            (None, CheckResult::Warning),
        ] {
            assert_eq!(clock(ahead_s).outcome, outcome, "{ahead_s:?}");
        }
        assert!(clock(Some(31)).what.contains("31 s behind"));
    }
}
