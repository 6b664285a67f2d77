//! A gateway for measurements: it takes every message, and neither checks nor keeps any.
//!
//! The simulator proper checks each message and keeps it, which would be measured, too.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use chrono::{DateTime, Utc};
use rsa::RsaPrivateKey;
use rsa::rand_core::OsRng;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::gateway::jwt::TokenKey;
use crate::gateway::sessions::ISSUER;
use crate::run::clock;
use crate::wire::message::GatewayAnswer;
use crate::wire::operation::GATEWAY_BASE;

/// Size of the key that signs bearers.
const BITS: usize = 2048;

/// Maximum size of a message; the longest answers list the care contexts of one patient.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Lifetime of a bearer, in seconds, as observed at ABDM's sandbox.
const BEARER_LIFETIME_S: i64 = 1_200;

/// A message of the HIP.
pub struct Arrival {
    /// When its last byte arrived.
    pub at: Instant,
    /// Its path.
    pub path: String,
    /// The `requestId` of the message that it answers, if it names one.
    pub answers: Option<String>,
    /// Whether it reports an error.
    pub is_error: bool,
}

/// Hands out sessions and keys, and answers every message with 202. It stops when it is dropped.
pub struct LoadGateway {
    address: SocketAddr,
    key: Arc<TokenKey>,
    serving: JoinHandle<()>,
}

struct Desk {
    key: Arc<TokenKey>,
    facility: String,
    on_arrival: Box<dyn Fn(Arrival) + Send + Sync>,
}

impl LoadGateway {
    /// Starts it on a free port of 127.0.0.1, with one facility on its bridge. `on_arrival` must not block.
    ///
    /// # Errors
    ///
    /// There is no free port, or no key can be generated.
    pub async fn start(
        facility: &str,
        on_arrival: impl Fn(Arrival) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let private = RsaPrivateKey::new(&mut OsRng, BITS).map_err(io::Error::other)?;
        let key = Arc::new(TokenKey::rs256(private));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let desk = Desk {
            key: Arc::clone(&key),
            facility: facility.to_owned(),
            on_arrival: Box::new(on_arrival),
        };
        let router = Router::new().fallback(receive).with_state(Arc::new(desk));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the gateway for measurements stopped serving");
            }
        });
        Ok(Self { address, key, serving })
    }

    /// Its base URL, as `[gateway] base_url`.
    pub fn url(&self) -> String {
        format!("http://{}{GATEWAY_BASE}", self.address)
    }

    /// A bearer for callbacks, valid for twenty minutes.
    pub fn bearer(&self) -> String {
        bearer(&self.key, "gateway", clock::now())
    }
}

impl Drop for LoadGateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let is_get = request.method() == axum::http::Method::GET;
    let Ok(bytes) = to_bytes(request.into_body(), BODY_BYTES_MAX).await else {
        return GatewayAnswer::new(413, Value::Null).to_response();
    };
    let at = Instant::now();
    if path.ends_with("/certs") {
        return GatewayAnswer::new(200, json!({ "keys": [desk.key.jwk()] })).to_response();
    }
    if path.ends_with("/sessions") {
        let token = bearer(&desk.key, "load", clock::now());
        let session = json!({
            "accessToken": token, "expiresIn": BEARER_LIFETIME_S, "tokenType": "bearer",
        });
        return GatewayAnswer::new(202, session).to_response();
    }
    if is_get {
        let services = json!({
            "bridge": { "id": "load", "name": "load", "active": true, "blocklisted": false },
            "services": [{ "id": desk.facility, "name": "load", "types": ["HIP"], "active": true }],
        });
        return GatewayAnswer::new(200, services).to_response();
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    (desk.on_arrival)(Arrival {
        at,
        path,
        answers: body["response"]["requestId"].as_str().map(str::to_owned),
        is_error: !body["error"].is_null(),
    });
    GatewayAnswer::new(202, json!({})).to_response()
}

fn bearer(key: &TokenKey, client: &str, now: DateTime<Utc>) -> String {
    let issued_at = now.timestamp();
    key.sign(&json!({
        "iss": ISSUER,
        "aud": "account",
        "azp": client,
        "clientId": client,
        "exp": issued_at + BEARER_LIFETIME_S,
        "iat": issued_at,
        "preferred_username": format!("service-account-{client}"),
        "sub": client,
        "typ": "Bearer",
    }))
}
