//! Which callbacks are trusted, and which keys are known while the gateway is unavailable.

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
    jwk: Value,
}

impl Signer {
    fn new() -> Self {
        Self::of(2048, json!({ "use": "sig", "kid": "k1", "alg": "RS256" }))
    }

    fn of(bits: usize, members: Value) -> Self {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap();
        let part = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        let mut jwk = members;
        jwk["kty"] = json!("RSA");
        jwk["n"] = json!(part(private.n()));
        jwk["e"] = json!(part(private.e()));
        let pem = private.to_pkcs8_pem(LineEnding::LF).unwrap();
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        Self { private, jwk }
    }

    fn set(&self) -> String {
        json!({ "keys": [self.jwk] }).to_string()
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_with(Algorithm::RS256, self.jwk["kid"].as_str(), claims)
    }

    fn sign_with(&self, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.private).unwrap()
    }

    /// A gateway with this key.
    async fn stub(&self) -> Stub {
        serving(self.set()).await
    }
}

/// A gateway with these keys.
async fn serving(set: String) -> Stub {
    Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        CERTS => (200, set.clone()),
        _ => (404, String::new()),
    })
    .await
}

/// Claims of a bearer that ended so many seconds before the test's time.
fn claims(ended_s_ago: i64) -> Value {
    ended(SetClock::new().now(), ended_s_ago)
}

fn ended(now: DateTime<Utc>, ended_s_ago: i64) -> Value {
    let exp = now.timestamp() - ended_s_ago;
    json!({
        "iss": ISSUER, "aud": ["account"], "typ": "Bearer", "azp": "gateway", "clientId": "gateway",
        "iat": exp - 1_200, "exp": exp, "realm_access": { "roles": ["gateway", "other"] },
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
    let clock = SetClock::new();
    let set = signer.set();
    let stub = Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        CERTS if n == 2 => (200, set.clone()),
        _ => (404, String::new()),
    })
    .await;
    let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), Some(cache));
    let bearer = || signer.sign(&ended(clock.now(), -600));
    assert!(gateway.check_bearer(&bearer()).await.is_ok());
    clock.advance(TimeDelta::hours(7));
    for _ in 0..3 {
        assert!(gateway.check_bearer(&bearer()).await.is_ok());
    }
    assert_eq!(stub.count(CERTS), 2);
    // Not for ever: after a week no sender is trusted.
    clock.advance(TimeDelta::days(6));
    assert!(gateway.check_bearer(&bearer()).await.is_ok());
    clock.advance(TimeDelta::days(1));
    let refused = gateway.check_bearer(&bearer()).await;
    assert!(matches!(refused, Err(BearerError::Unavailable(_))), "{refused:?}");
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
    let (clock, set) = (SetClock::new(), signer.set());
    let stub = Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        _ if n == 2 => (200, set.clone()),
        _ => (200, r#"{"keys":[]}"#.to_owned()),
    })
    .await;
    let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), None);
    let bearer = || signer.sign(&ended(clock.now(), -600));
    assert!(gateway.check_bearer(&bearer()).await.is_ok());
    clock.advance(TimeDelta::hours(7));
    assert!(gateway.check_bearer(&bearer()).await.is_ok());
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
        ("azp", "gateway", true),
        ("azp", "somebody", false),
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

#[tokio::test]
async fn a_new_key_under_an_old_id_is_fetched_once_a_minute() {
    let (old, new) = (Signer::new(), Signer::new());
    let (old_set, new_set, clock) = (old.set(), new.set(), SetClock::new());
    let stub = Stub::start(move |asked, n| match asked.what.as_str() {
        SESSIONS => session(n),
        _ if n <= 2 => (200, old_set.clone()),
        _ => (200, new_set.clone()),
    })
    .await;
    let gateway = gateway(&stub.url, Arc::clone(&clock), policy(), None);
    assert!(gateway.check_bearer(&old.sign(&claims(-600))).await.is_ok());
    let bearer = new.sign(&claims(-600));
    assert!(gateway.check_bearer(&bearer).await.is_err(), "it was asked just now");
    clock.advance(TimeDelta::minutes(2));
    assert!(gateway.check_bearer(&bearer).await.is_ok());
    // A signature that stays invalid causes no further fetches within the minute.
    for _ in 0..5 {
        assert!(gateway.check_bearer(&old.sign(&claims(-600))).await.is_err());
    }
    assert_eq!(stub.count(CERTS), 2);
    // A clock that was set back does not block a new key.
    clock.advance(TimeDelta::hours(-1));
    assert!(gateway.check_bearer(&old.sign(&ended(clock.now(), -600))).await.is_err());
    assert_eq!(stub.count(CERTS), 3);
}

/// These claims with others of the same names, and without those that are null.
fn patched(claims: &Value, patch: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in patch.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// A forged token and the name of the attack.
struct Attack(&'static str, String);

#[tokio::test]
async fn nothing_but_a_bearer_of_the_gateway_opens_its_door() {
    let signer = Signer::new();
    let link = Signer::of(2048, json!({ "use": "sig", "kid": "link", "alg": "RS512" }));
    let encrypting = Signer::of(2048, json!({ "use": "enc", "kid": "enc", "alg": "RS256" }));
    let short = Signer::of(1024, json!({ "use": "sig", "kid": "short", "alg": "RS256" }));
    let stranger = Signer::new();
    let keys = [&signer, &link, &encrypting, &short].map(|signer| signer.jwk.clone());
    let stub = serving(json!({ "keys": keys }).to_string()).await;
    let gateway = gateway(&stub.url, SetClock::new(), policy(), None);
    let good = claims(-600);
    let now = SetClock::new().now().timestamp();
    let with = |patch: Value| signer.sign(&patched(&good, &patch));
    assert!(gateway.check_bearer(&with(json!({}))).await.is_ok());
    for also_good in [
        json!({ "aud": "account" }),
        json!({ "clientId": null }),
        json!({ "azp": null }),
        json!({ "nbf": now - 5 }),
        json!({ "aud": ["other", "account"] }),
    ] {
        let checked = gateway.check_bearer(&with(also_good.clone())).await;
        assert!(checked.is_ok(), "{also_good}: {checked:?}");
    }
    let unsigned = |header: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.", part(header), part(&good.to_string()))
    };
    let hmac = |algorithm| {
        let key = EncodingKey::from_secret(signer.set().as_bytes());
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(algorithm) };
        encode(&header, &good, &key).unwrap()
    };
    let mut tampered = with(json!({}));
    tampered.insert(tampered.rfind('.').unwrap(), 'A');
    let link_token = json!({
        "iss": ISSUER, "aud": "account", "hipId": "IN1", "abhaAddress": "a@sbx",
        "iat": now, "exp": now + 15_768_000,
    });
    for Attack(name, token) in [
        Attack("no aud", with(json!({ "aud": null }))),
        Attack("a numeric aud", with(json!({ "aud": 7 }))),
        Attack("another aud", with(json!({ "aud": "hiu" }))),
        Attack("an aud that only begins like ours", with(json!({ "aud": "accounts" }))),
        Attack("an empty list of aud", with(json!({ "aud": [] }))),
        Attack("no iss", with(json!({ "iss": null }))),
        Attack("another iss", with(json!({ "iss": "https://evil.example" }))),
        Attack("a list of iss", with(json!({ "iss": [ISSUER] }))),
        Attack("an iss that only begins like ours", with(json!({ "iss": format!("{ISSUER}2") }))),
        Attack("no exp", with(json!({ "exp": null }))),
        Attack("an exp that is a text", with(json!({ "exp": (now + 600).to_string() }))),
        Attack("an exp in the year 5138", with(json!({ "exp": 100_000_000_000_i64 }))),
        Attack("the largest exp", with(json!({ "exp": i64::MAX }))),
        Attack("a bearer that ended days ago", signer.sign(&claims(200_000))),
        Attack("an nbf tomorrow", with(json!({ "nbf": now + 86_400 }))),
        Attack("an iat tomorrow", with(json!({ "iat": now + 86_400, "exp": now + 87_000 }))),
        Attack("a life of six months", with(json!({ "iat": now, "exp": now + 15_768_000 }))),
        Attack(
            "a life of six months without iat",
            with(json!({ "iat": null, "exp": now + 15_768_000 })),
        ),
        Attack(
            "another client's session",
            with(json!({ "clientId": "SBXID_2", "azp": "SBXID_2" })),
        ),
        Attack("our own session", with(json!({ "clientId": "SBXID_1", "azp": "SBXID_1" }))),
        Attack("two clients", with(json!({ "clientId": "gateway", "azp": "SBXID_2" }))),
        Attack("no client", with(json!({ "clientId": null, "azp": null }))),
        Attack("a numeric client", with(json!({ "clientId": 7 }))),
        Attack("a refresh token", with(json!({ "typ": "Refresh" }))),
        Attack("an identity token", with(json!({ "typ": "ID" }))),
        Attack("no typ", with(json!({ "typ": null }))),
        Attack("a link token", link.sign_with(Algorithm::RS512, Some("link"), &link_token)),
        Attack("good claims under RS512", signer.sign_with(Algorithm::RS512, Some("k1"), &good)),
        Attack("good claims under RS384", signer.sign_with(Algorithm::RS384, Some("k1"), &good)),
        Attack("good claims under PS256", signer.sign_with(Algorithm::PS256, Some("k1"), &good)),
        Attack("the link token's key under RS256", link.sign(&good)),
        Attack("a key for encryption", encrypting.sign(&good)),
        Attack("a short key", short.sign(&good)),
        Attack("a stranger's key under our id", stranger.sign(&good)),
        Attack("a key that nobody has", stranger.sign_with(Algorithm::RS256, Some("k9"), &good)),
        Attack("no key named", signer.sign_with(Algorithm::RS256, None, &good)),
        Attack("alg none", unsigned(r#"{"alg":"none","kid":"k1"}"#)),
        Attack("alg None", unsigned(r#"{"alg":"None","kid":"k1"}"#)),
        Attack("RS256 without a signature", unsigned(r#"{"alg":"RS256","kid":"k1"}"#)),
        Attack("the public key as a secret, HS256", hmac(Algorithm::HS256)),
        Attack("the public key as a secret, HS512", hmac(Algorithm::HS512)),
        Attack("a changed claim", tampered),
        Attack("claims that are a list", signer.sign(&json!([1]))),
        Attack("nothing", String::new()),
        Attack("dots", "..".to_owned()),
        Attack("a megabyte", "a".repeat(1 << 20)),
    ] {
        let checked = gateway.check_bearer(&token).await;
        assert!(matches!(checked, Err(BearerError::Refused(_))), "{name}: {checked:?}");
    }
}
