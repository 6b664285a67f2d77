//! Decides which HIUs receive the session token with a page.

use std::time::Duration;

use hip_domain::consent::Consent;
use hip_domain::hiu::{Hiu, HiuCommand, HiuError};
use hip_domain::id::{HiuId, PushHost, RequestId, TransactionId};
use hip_domain::outbound::{Call, Outbound, OutboundCommand};
use hip_domain::stream::StreamId;
use hip_domain::transfer::Transfer;
use url::Url;
use uuid::Uuid;

use crate::log::dispatch::{DispatchError, Dispatcher};
use crate::port::log::{Actor, Origin};
use crate::ports::Ports;
use crate::settings::PushBearer;
use crate::tasks::{Due, TaskError};

/// Trusts a host of an HIU, or stops trusting an HIU. Returns whether anything changed. `wish` is the idempotency id
/// of this decision.
///
/// # Errors
///
/// The log cannot be written.
pub async fn decide(
    dispatcher: &Dispatcher,
    hiu: &HiuId,
    command: HiuCommand,
    wish: Uuid,
) -> Result<bool, DispatchError<HiuError>> {
    let origin = Origin {
        correlation: wish,
        causation: None,
        actor: Actor::Door,
        subject: None,
        new_subject: false,
    };
    let (stream, key) = (StreamId::hiu(hiu), format!("hiu:{wish}"));
    Ok(dispatcher.execute::<Hiu>(&stream, command, &key, &origin).await?.is_some())
}

/// Whether to send the session token with a page to this URL.
pub(crate) async fn shows_session(
    ports: &Ports,
    hiu: Option<&HiuId>,
    push_url: &str,
) -> Result<bool, TaskError> {
    match ports.settings.hiu(hiu).push_bearer {
        PushBearer::Always => Ok(true),
        PushBearer::Never => Ok(false),
        PushBearer::Trusted => {
            let (Some(hiu), Some(host)) = (hiu, host_of(push_url)) else { return Ok(false) };
            let known = ports.dispatcher.load::<Hiu>(&StreamId::hiu(hiu)).await?;
            Ok(known.trusts(&host))
        }
    }
}

/// Host and port of a push URL; `None` if it is not https.
fn host_of(push_url: &str) -> Option<PushHost> {
    let url = Url::parse(push_url).ok().filter(|url| url.scheme() == "https")?;
    let host = url.host_str()?.to_ascii_lowercase();
    // The port is `None` if it is the default of the scheme.
    let text = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
    PushHost::parse(text).ok()
}

/// The hint for operators if an HIU refused a page with 401. `None` if trusting the HIU would change nothing.
pub(crate) async fn cure(
    ports: &Ports,
    transaction: &TransactionId,
    push_url: &str,
) -> Result<Option<String>, TaskError> {
    let Some(hiu) = hiu_of(ports, transaction).await? else { return Ok(None) };
    let asks_trust = ports.settings.hiu(Some(&hiu)).push_bearer == PushBearer::Trusted;
    let Some(host) = host_of(push_url).filter(|_| asks_trust) else { return Ok(None) };
    if shows_session(ports, Some(&hiu), push_url).await? {
        return Ok(None);
    }
    Ok(Some(format!(
        "the HIU answers 401: it may want to see our session token, which only trusted HIUs are shown. \
         When you trust it, run `hip hiu trust {hiu} --host {host}`; its pages then go out"
    )))
}

async fn hiu_of(ports: &Ports, transaction: &TransactionId) -> Result<Option<HiuId>, TaskError> {
    let transfer = ports.dispatcher.load::<Transfer>(&StreamId::transfer(transaction)).await?;
    let Some(facts) = transfer.facts() else { return Ok(None) };
    let consent = StreamId::consent(&facts.consent_id);
    let consent = ports.dispatcher.load::<Consent>(&consent).await?;
    Ok(consent.grant().and_then(|grant| grant.hiu.clone()))
}

/// Pushes the pages again that waited for this HIU to be trusted.
pub(crate) async fn resume(ports: &Ports, due: &Due, hiu: &HiuId) -> Result<(), TaskError> {
    let Some(pushes) = ports.transfers.unauthorized_pushes(due.cause.position).await? else {
        let reason = "the calls that were given up are not all known yet".to_owned();
        return Err(TaskError::Later { after: Some(Duration::from_millis(200)), reason });
    };
    for request_id in pushes {
        resume_one(ports, due, hiu, request_id).await?;
    }
    Ok(())
}

async fn resume_one(
    ports: &Ports,
    due: &Due,
    hiu: &HiuId,
    request_id: RequestId,
) -> Result<(), TaskError> {
    let stream = StreamId::outbound(request_id);
    let push = ports.dispatcher.load::<Outbound>(&stream).await?;
    let Some(Call::PushPage { transaction, .. }) = push.call() else { return Ok(()) };
    if hiu_of(ports, transaction).await?.as_ref() != Some(hiu) {
        return Ok(());
    }
    // The subject is that of the push; the operator's decision has none.
    let pushed = ports.log.clear_stream(&stream, 0).await?;
    let subject = pushed.iter().rev().find_map(|stored| stored.subject);
    let step = due.step(Actor::Process).part(request_id).about(subject);
    step.execute::<Outbound>(&ports.dispatcher, &stream, OutboundCommand::Resume).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_from_an_https_address_only() {
        let host = |url| host_of(url).map(|host| host.as_str().to_owned());
        assert_eq!(host("https://HIU.Example.org/v3/transfer").as_deref(), Some("hiu.example.org"));
        assert_eq!(host("https://hiu.example.org:443/x").as_deref(), Some("hiu.example.org"));
        assert_eq!(host("https://hiu.example.org:8443/x").as_deref(), Some("hiu.example.org:8443"));
        assert_eq!(host("https://trusted@evil.example/x").as_deref(), Some("evil.example"));
        for url in ["http://hiu.example.org/x", "https://[::1]/x", "no address", ""] {
            assert_eq!(host(url), None, "{url}");
        }
    }
}
