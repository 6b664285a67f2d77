//! Whom a callback is believed to come from, and what is known of the gateway's keys while it is away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

use super::*;

const CERTS: &str = "GET /gateway/v3/certs";

/// A key pair of the gateway.
struct Signer {
    private: EncodingKey,
    set: String,
}

impl Signer {
    fn new() -> Self {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let part = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        let set = json!({ "keys": [{
            "kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256",
            "n": part(private.n()), "e": part(private.e()),
        }] });
        let pem = private.to_pkcs8_pem(LineEnding::LF).unwrap();
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        Self { private, set: set.to_string() }
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some("k1".to_owned());
        encode(&header, claims, &self.private).unwrap()
    }

    /// A gateway with this key.
    async fn stub(&self) -> Stub {
        let set = self.set.clone();
        Stub::start(move |asked, n| match asked.what.as_str() {
            SESSIONS => session(n),
            CERTS => (200, set.clone()),
            _ => (404, String::new()),
        })
        .await
    }
}

/// Claims of a bearer that ended so many seconds before the test's time.
fn claims(ended_s_ago: i64) -> Value {
    let exp = SetClock::new().now().timestamp() - ended_s_ago;
    json!({
        "exp": exp, "aud": ["account"], "clientId": "gateway",
        "realm_access": { "roles": ["gateway", "other"] },
    })
}

#[tokio::test]
async fn keys_outlive_a_start_while_the_gateway_is_away() {
    let (signer, dir) = (Signer::new(), tempfile::tempdir().unwrap());
    let cache = dir.path().join("state").join("keys.json");
    let bearer = signer.sign(&claims(-600));
    let stub = signer.stub().await;
    let first = gateway(&stub.url, SetClock::new(), policy(), Some(cache.clone()));
    assert!(first.check_bearer(&bearer).await.is_ok());
    stub.stop();

    let second = gateway(&stub.url, SetClock::new(), policy(), Some(cache));
    assert!(second.check_bearer(&bearer).await.is_ok());
    assert_eq!(std::fs::read_dir(dir.path().join("state")).unwrap().count(), 1, "no litter");
    let without = gateway(&stub.url, SetClock::new(), policy(), None);
    assert!(matches!(without.check_bearer(&bearer).await, Err(BearerError::Unavailable(_))));
}

#[tokio::test]
async fn keys_stay_when_the_call_for_them_is_gone_and_it_is_not_asked_for_each_callback() {
    let (signer, dir) = (Signer::new(), tempfile::tempdir().unwrap());
    let cache = dir.path().join("keys.json");
    let (bearer, clock) = (signer.sign(&claims(-90_000)), SetClock::new());
    let set = signer.set.clone();
    let stub = Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        CERTS if n == 2 => (200, set.clone()),
        _ => (404, String::new()),
    })
    .await;
    let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), Some(cache));
    assert!(gateway.check_bearer(&bearer).await.is_ok());
    clock.advance(TimeDelta::hours(7));
    for _ in 0..3 {
        assert!(gateway.check_bearer(&bearer).await.is_ok());
    }
    assert_eq!(stub.count(CERTS), 2);
}

#[tokio::test]
async fn the_kept_keys_of_another_gateway_or_a_damaged_file_are_not_trusted() {
    let (signer, dir) = (Signer::new(), tempfile::tempdir().unwrap());
    let cache = dir.path().join("keys.json");
    let bearer = signer.sign(&claims(-600));
    let stub = signer.stub().await;
    let known = gateway(&stub.url, SetClock::new(), policy(), Some(cache.clone()));
    assert!(known.check_bearer(&bearer).await.is_ok());
    let nowhere = "http://127.0.0.1:9";
    let other = gateway(nowhere, SetClock::new(), policy(), Some(cache.clone()));
    assert!(other.check_bearer(&bearer).await.is_err());
    std::fs::write(&cache, "{").unwrap();
    stub.stop();
    let damaged = gateway(&stub.url, SetClock::new(), policy(), Some(cache));
    assert!(damaged.check_bearer(&bearer).await.is_err());
}

#[tokio::test]
async fn a_set_without_a_key_replaces_nothing() {
    let signer = Signer::new();
    let (bearer, clock, set) = (signer.sign(&claims(-90_000)), SetClock::new(), signer.set.clone());
    let stub = Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        _ if n == 2 => (200, set.clone()),
        _ => (200, r#"{"keys":[]}"#.to_owned()),
    })
    .await;
    let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), None);
    assert!(gateway.check_bearer(&bearer).await.is_ok());
    clock.advance(TimeDelta::hours(7));
    assert!(gateway.check_bearer(&bearer).await.is_ok());
}

#[tokio::test]
async fn a_late_bearer_says_how_late_and_a_day_later_it_is_refused() {
    let signer = Signer::new();
    let stub = signer.stub().await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    for (ended_s_ago, late_by_s) in [(-600, 0), (59, 0), (323, 323), (5_000, 5_000)] {
        let check = gateway.check_bearer(&signer.sign(&claims(ended_s_ago))).await.unwrap();
        assert_eq!(check.late_by_s, late_by_s, "{ended_s_ago}");
    }
    let refused = gateway.check_bearer(&signer.sign(&claims(86_500))).await;
    assert!(matches!(refused, Err(BearerError::Refused(_))));
}

#[tokio::test]
async fn a_bearer_has_every_claim_that_is_asked_for() {
    let signer = Signer::new();
    let stub = signer.stub().await;
    let bearer = signer.sign(&claims(-600));
    for (name, value, is_taken) in [
        ("clientId", "gateway", true),
        ("realm_access.roles", "gateway", true),
        ("clientId", "somebody", false),
        ("azp", "gateway", false),
        ("realm_access.roles", "admin", false),
        ("realm_access.roles.deeper", "gateway", false),
    ] {
        let claims = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let policy = BearerPolicy { claims, ..policy() };
        let gateway = gateway(&stub.url, SetClock::new(), policy, None);
        let check = gateway.check_bearer(&bearer).await;
        assert_eq!(check.is_ok(), is_taken, "{name} {value}");
    }
}

#[tokio::test]
async fn the_gateways_clock_is_compared_with_ours() {
    let signer = Signer::new();
    let stub = signer.stub().await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    assert_eq!(gateway.probe_keys().await, Ok((1, Some(30))));
}
