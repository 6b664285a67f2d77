//! The gateway's door: who is believed, what is stored, what is answered.

use chrono::Utc;
use hip_domain::inbound::CallbackKind;
use hip_tests::World;
use hip_tests::person::FACILITY;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Client;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};

const REQUEST_ID: &str = "6f1b7f5e-0000-4000-8000-000000000001";

struct Post<'a> {
    world: &'a World,
    path: String,
    bearer: Option<String>,
    request_id: Option<&'a str>,
    facility: &'a str,
    body: String,
}

impl<'a> Post<'a> {
    fn new(world: &'a World, bearer: &str) -> Self {
        let body = json!({ "status": "x", "response": { "requestId": REQUEST_ID } });
        Self {
            world,
            path: "/api/v3/link/on_carecontext".to_owned(),
            bearer: Some(bearer.to_owned()),
            request_id: Some(REQUEST_ID),
            facility: FACILITY,
            body: body.to_string(),
        }
    }

    async fn send(self) -> (u16, Value) {
        let mut request = Client::builder()
            .build()
            .unwrap()
            .post(format!("{}{}", self.world.launch.url, self.path))
            .header("content-type", "application/json")
            .header("timestamp", "2026-09-14T06:30:00.000Z")
            .header("x-hip-id", self.facility)
            .body(self.body);
        if let Some(bearer) = self.bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(request_id) = self.request_id {
            request = request.header("request-id", request_id);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

async fn inbound(world: &World) -> i64 {
    world.count("inbound.received").await
}

#[tokio::test]
async fn only_the_gateways_own_bearer_is_believed() {
    let (world, _hip) = World::start().await;
    let bearer = world.gateway_bearer().await;
    world.until("inbound.received", 1).await;
    let header = jsonwebtoken::decode_header(&bearer).unwrap();
    let claims = |exp: i64, audience: &str| json!({ "exp": exp, "aud": audience, "iss": "x" });
    let soon = Utc::now().timestamp() + 600;

    let mut rng = rsa::rand_core::OsRng;
    let own = RsaPrivateKey::new(&mut rng, 2048).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap();
    let own = EncodingKey::from_rsa_pem(own.as_bytes()).unwrap();
    let mut forged_header = Header::new(Algorithm::RS256);
    forged_header.kid = header.kid.clone();
    let forged = encode(&forged_header, &claims(soon, "account"), &own).unwrap();
    let mut unknown_key = Header::new(Algorithm::RS256);
    unknown_key.kid = Some("nobody".to_owned());
    let unknown_key = encode(&unknown_key, &claims(soon, "account"), &own).unwrap();
    let symmetric = EncodingKey::from_secret(b"public key as a secret");
    let mut symmetric_header = Header::new(Algorithm::HS256);
    symmetric_header.kid = header.kid.clone();
    let symmetric = encode(&symmetric_header, &claims(soon, "account"), &symmetric).unwrap();
    let unsigned = format!("{}.{}.", "eyJhbGciOiJub25lIn0", bearer.split('.').nth(1).unwrap());
    let changed = format!("{}x", &bearer[..bearer.len() - 1]);

    for (what, wrong) in [
        ("signed by somebody else", forged),
        ("under an unknown key", unknown_key),
        ("symmetric", symmetric),
        ("unsigned", unsigned),
        ("changed", changed),
        ("no JWT", "abc".to_owned()),
        ("endless", "a".repeat(20_000)),
    ] {
        let (status, body) = Post::new(&world, &wrong).send().await;
        assert!(matches!(status, 401 | 431), "{what}: {status}");
        if status == 401 {
            assert_eq!(body["code"], "900902", "{what}");
        }
    }
    let without = Post { bearer: None, ..Post::new(&world, "") };
    assert_eq!(without.send().await.0, 401);
    assert_eq!(inbound(&world).await, 1, "nothing of this was stored");
}

#[tokio::test]
async fn every_path_is_answered_with_and_without_api_and_slash() {
    let (world, _hip) = World::start().await;
    let bearer = world.gateway_bearer().await;
    let mut n = 100;
    for kind in CallbackKind::ALL {
        for path in [
            kind.path().to_owned(),
            format!("/api{}", kind.path()),
            format!("{}/", kind.path()),
            format!("/api{}/", kind.path()),
        ] {
            n += 1;
            let request_id = format!("6f1b7f5e-0000-4000-8000-000000000{n}");
            let post = Post {
                path: path.clone(),
                request_id: Some(&request_id),
                ..Post::new(&world, &bearer)
            };
            let (status, body) = post.send().await;
            assert_eq!((status, body), (202, Value::Null), "{path}");
        }
    }
}

#[tokio::test]
async fn a_message_is_stored_once_however_often_it_comes() {
    let (world, _hip) = World::start().await;
    let bearer = world.gateway_bearer().await;
    world.until("inbound.received", 1).await;
    for _ in 0..3 {
        assert_eq!(Post::new(&world, &bearer).send().await.0, 202);
    }
    assert_eq!(inbound(&world).await, 2);
    // After more than a year the keys of appends are forgotten; the message is not.
    let mut owner = world.database.as_owner().await;
    sqlx::query("DELETE FROM es.append_key").execute(&mut owner).await.unwrap();
    assert_eq!(Post::new(&world, &bearer).send().await.0, 202);
    assert_eq!(inbound(&world).await, 2);
    // Another message under the same id is somebody's mistake, or worse.
    let other = Post { body: json!({ "response": {} }).to_string(), ..Post::new(&world, &bearer) };
    let (status, body) = other.send().await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("ABDM-1064")));
    assert_eq!(inbound(&world).await, 2);
    assert_eq!(world.count("access.request_id_reused").await, 1);
}

#[tokio::test]
async fn a_body_that_is_no_message_is_refused_in_abdms_form() {
    let (world, _hip) = World::start().await;
    let bearer = world.gateway_bearer().await;
    world.until("inbound.received", 1).await;
    for post in [
        Post { body: "{".to_owned(), ..Post::new(&world, &bearer) },
        Post { request_id: None, ..Post::new(&world, &bearer) },
        Post { request_id: Some("not-a-uuid"), ..Post::new(&world, &bearer) },
    ] {
        let (status, body) = post.send().await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("ABDM-1006")));
    }
    let elsewhere = Post { facility: "IN9999999999", ..Post::new(&world, &bearer) };
    assert_eq!(elsewhere.send().await.0, 404);
    let too_large =
        Post { body: format!("\"{}\"", "a".repeat(3 << 20)), ..Post::new(&world, &bearer) };
    assert_eq!(too_large.send().await.0, 413);
    assert_eq!(inbound(&world).await, 1);
}

#[tokio::test]
async fn a_message_with_a_bearer_that_ended_long_before_is_kept_and_not_acted_upon() {
    // With this allowance every bearer is too late.
    let (world, _hip) = World::start_with_gateway("lateness_s_max = -1\n").await;
    let consent = "6f1b7f5e-0000-4000-8000-0000000000c1";
    let body = json!({ "notification": { "status": "REVOKED", "consentId": consent } });
    world.sandbox.call_back(FACILITY, "/api/v3/consent/request/hip/notify", body);
    world.until("inbound.rejected", 1).await;
    world.until_idle().await;
    assert_eq!(inbound(&world).await, 1);
    assert_eq!(world.count("consent.revoked").await, 0);
    assert_eq!(world.count("outbound.planned").await, 0);
}

#[tokio::test]
async fn a_message_of_another_shape_is_closed_with_the_path_of_its_fault() {
    let (world, _hip) = World::start().await;
    let body = json!({ "transactionId": "t-1", "patient": "Kavya Nair" });
    world.sandbox.call_back(FACILITY, "/api/v3/hip/patient/care-context/discover", body);
    world.until("inbound.failed", 1).await;
    let clear: Vec<u8> =
        sqlx::query_scalar("SELECT body FROM es.event WHERE event_type = 'inbound.failed'")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    let clear = String::from_utf8(clear).unwrap();
    assert!(clear.contains(r#""field":"patient""#) && !clear.contains("Kavya"), "{clear}");
}
