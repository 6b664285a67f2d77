mod trust;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::inbound::ApiVersion;
use parking_lot::Mutex;
use secrecy::SecretString;
use uuid::Uuid;

use super::*;
use crate::ambient::ids::RandomIds;
use crate::http::http_stub::Stub;

/// A clock that a test sets.
struct SetClock(Mutex<DateTime<Utc>>);

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

impl SetClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap())))
    }

    fn advance(&self, by: TimeDelta) {
        *self.0.lock() += by;
    }
}

const ISSUER: &str = "https://gateway.example/auth/realms/central-registry";

fn policy() -> BearerPolicy {
    BearerPolicy {
        audience: "account".to_owned(),
        issuers: vec![ISSUER.to_owned()],
        client: Some("gateway".to_owned()),
        claims: BTreeMap::new(),
        late_kept_s_max: 86_400,
    }
}

fn gateway(
    url: &str,
    clock: Arc<SetClock>,
    policy: BearerPolicy,
    cache: Option<PathBuf>,
) -> HttpGateway {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = GatewaySettings {
        base_url: url.to_owned(),
        v05_base_url: url.to_owned(),
        cm_id: "sbx".to_owned(),
        client_id: "SBXID_1".to_owned(),
        client_secret: SecretString::from("made-up"),
        bearer: policy,
        key_cache: cache,
        keys_trusted_for: TimeDelta::days(7),
    };
    HttpGateway::new(settings, clock, Arc::new(RandomIds)).unwrap()
}

const SESSIONS: &str = "POST /gateway/v3/sessions";
const SHARE: &str = "POST /patient-share/v3/on-share";

fn session(n: usize) -> (u16, String) {
    (200, format!(r#"{{"accessToken":"session-{n}","expiresIn":1200}}"#))
}

fn message() -> GatewayMessage {
    GatewayMessage {
        path: "/patient-share/v3/on-share",
        api: ApiVersion::V3,
        request_id: RequestId(Uuid::from_u128(7)),
        facility: FacilityId::parse("IN1").unwrap(),
        link_token: None,
        body: b"{}".to_vec(),
    }
}

#[tokio::test]
async fn a_session_that_ended_early_is_replaced_and_the_message_sent_again_once() {
    for body in ["", r#"{"code":"900901"}"#, r#"{"code":900902}"#] {
        let stub = Stub::start(move |asked, n| match asked.what.as_str() {
            SESSIONS => session(n),
            _ if asked.bearer == "session-1" && n > 2 => (401, body.to_owned()),
            _ => (202, String::new()),
        })
        .await;
        let clock = SetClock::new();
        let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), None);
        assert_eq!(gateway.send(message()).await, Ok(202), "{body}");
        clock.advance(TimeDelta::minutes(2));
        assert_eq!(gateway.send(message()).await, Ok(202), "{body}");
        assert_eq!((stub.count(SESSIONS), stub.count(SHARE)), (2, 3), "{body}");
    }
}

#[tokio::test]
async fn a_401_without_a_code_is_no_matter_of_a_session_that_was_opened_just_now() {
    let stub = Stub::start(|asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        _ => (401, String::new()),
    })
    .await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    assert!(gateway.send(message()).await.is_err());
    assert_eq!((stub.count(SESSIONS), stub.count(SHARE)), (1, 1));
}

#[tokio::test]
async fn a_gateway_that_refuses_every_session_is_asked_twice_and_no_more() {
    let stub = Stub::start(|asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        _ => (401, r#"{"code":"900901"}"#.to_owned()),
    })
    .await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    let error = gateway.send(message()).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { status: Some(401), .. }), "{error:?}");
    assert_eq!((stub.count(SESSIONS), stub.count(SHARE)), (2, 2));
}

#[tokio::test]
async fn only_the_token_that_was_refused_is_forgotten() {
    let stub = Stub::start(|_, n| session(n)).await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    let first = gateway.sessions.current().await.unwrap().token;
    gateway.sessions.forget(&first).await;
    let second = gateway.sessions.current().await.unwrap().token;
    // A slow caller learns only now that the first token is invalid.
    gateway.sessions.forget(&first).await;
    let third = gateway.sessions.current().await.unwrap().token;
    assert_eq!(second.expose_secret(), third.expose_secret());
    assert_eq!(stub.count(SESSIONS), 2);
}

#[tokio::test]
async fn many_at_once_open_one_session() {
    let stub = Stub::start(|_, n| session(n)).await;
    let gateway = Arc::new(gateway(&stub.url, SetClock::new(), policy(), None));
    let asking = (0..20).map(|_| {
        let gateway = Arc::clone(&gateway);
        tokio::spawn(async move { gateway.session_token().await.is_ok() })
    });
    for asked in asking.collect::<Vec<_>>() {
        assert!(asked.await.unwrap());
    }
    assert_eq!(stub.count(SESSIONS), 1);
}

#[tokio::test]
async fn the_bridge_is_read_and_its_url_changed() {
    let stub = Stub::start(|asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        "GET /gateway/v3/bridge-services" => (
            200,
            r#"{"bridge":{"url":"https://a.example"},"services":[{"id":"IN1","types":["HIP"]}]}"#
                .to_owned(),
        ),
        _ => (202, String::new()),
    })
    .await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    let bridge = gateway.bridge().await.unwrap();
    assert_eq!(bridge.url.as_deref(), Some("https://a.example"));
    assert_eq!(bridge.services.len(), 1);
    gateway.set_bridge_url("https://b.example").await.unwrap();
    assert_eq!(stub.last().what, "PATCH /gateway/v3/bridge/url");
    assert_eq!(stub.last().body, r#"{"url":"https://b.example"}"#);
}
