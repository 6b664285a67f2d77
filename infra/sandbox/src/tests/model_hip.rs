//! A correct HIP in memory, on which the conformance suite is tested.
//!
//! It does not depend on the product. It can have one defect, to test that the suite detects it.

mod counter;
mod discovery;
mod linking;
mod memory;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::setting::FACILITY;
use crate::run::clock;
use crate::run::draw::Draw;
use crate::wire::message::{read_body, read_headers};
use crate::{ApiVersion, Operation, Sandbox};
use memory::Memory;

/// The defect of a model HIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defect {
    /// No defect.
    None,
    /// It refuses all visits.
    TakesNoVisits,
    /// It treats the 202 as a successful link.
    LinksOnAccepted,
    /// It accepts any OTP.
    AnyOtp,
    /// It ignores the end of a consent.
    ForgetsRevocation,
    /// It answers questions of v0.5 in v3.
    SpeaksV3Only,
}

/// A question; request id and timestamp come from the headers (v3) or from the body (v0.5).
#[derive(Clone)]
pub(super) struct Question {
    pub(super) version: ApiVersion,
    pub(super) request_id: String,
    pub(super) timestamp: String,
    pub(super) body: Value,
}

#[derive(Clone)]
pub(super) struct ModelHip {
    pub(super) url: String,
    pub(super) defect: Defect,
    gateway: String,
    v05: String,
    sms: String,
    push: String,
    credentials: crate::Credentials,
    http: reqwest::Client,
    draw: Arc<Draw>,
    memory: Arc<Mutex<Memory>>,
}

impl ModelHip {
    pub(super) async fn start(sandbox: &Sandbox, defect: Defect) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let hip = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            defect,
            gateway: sandbox.gateway_url(),
            v05: sandbox.v05_url(),
            sms: sandbox.sms_url(),
            push: sandbox.hiu_push_url(),
            credentials: sandbox.credentials(),
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            draw: Arc::new(Draw::new(77, 77)),
            memory: Arc::default(),
        };
        let router = Router::new().fallback(receive).with_state(hip.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        hip
    }

    /// Sends an answer in the API version of its question. Adds `response`, or `resp` in v0.5.
    async fn answer(&self, question: &Question, operation: Operation, mut body: Value) -> u16 {
        let version =
            if self.defect == Defect::SpeaksV3Only { ApiVersion::V3 } else { question.version };
        let response = json!({"requestId": question.request_id});
        body[version.pick("response", "resp")] = response;
        self.call(operation, version, body, None).await
    }

    async fn call(
        &self,
        operation: Operation,
        version: ApiVersion,
        body: Value,
        link_token: Option<&str>,
    ) -> u16 {
        self.call_as(operation, version, body, link_token, &mut |_| ()).await
    }

    /// Calls the gateway, and retries after 401 and 503. `before` receives each REQUEST-ID before the call.
    async fn call_as(
        &self,
        operation: Operation,
        version: ApiVersion,
        mut body: Value,
        link_token: Option<&str>,
        before: &mut (impl FnMut(&str) + Send),
    ) -> u16 {
        loop {
            let id = self.draw.id();
            before(&id);
            let bearer = self.bearer().await;
            let url = match version {
                ApiVersion::V3 => format!("{}{}", self.gateway, operation.path()),
                ApiVersion::V05 => {
                    body["requestId"] = json!(id);
                    body["timestamp"] = json!(clock::wire(clock::now()));
                    format!("{}{}", self.v05, operation.v05_path().expect("an alias"))
                }
            };
            let mut request = self.http.post(url).bearer_auth(&bearer);
            request = request.header("X-CM-ID", "sbx").header("X-HIP-ID", FACILITY);
            if version == ApiVersion::V3 {
                request = request.header("REQUEST-ID", &id);
                request = request.header("TIMESTAMP", clock::wire(clock::now()));
            }
            if let Some(token) = link_token {
                request = request.header("X-LINK-TOKEN", token);
            }
            request = request.header("Content-Type", "application/json").body(body.to_string());
            let status = request.send().await.map_or(0, |answer| answer.status().as_u16());
            match status {
                401 => self.memory.lock().bearer = None,
                503 => tokio::time::sleep(Duration::from_millis(20)).await,
                _ => return status,
            }
        }
    }

    async fn bearer(&self) -> String {
        if let Some(bearer) = self.memory.lock().bearer.clone() {
            return bearer;
        }
        let body = json!({
            "clientId": self.credentials.client_id, "clientSecret": self.credentials.client_secret,
            "grantType": "client_credentials",
        });
        let request = self.http.post(format!("{}{}", self.gateway, Operation::Session.path()));
        let request = request.header("REQUEST-ID", self.draw.id()).header("X-CM-ID", "sbx");
        let request = request.header("TIMESTAMP", clock::wire(clock::now()));
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        let answer = request.send().await.expect("a session").bytes().await.expect("a body");
        let bearer = read_body(&answer).0["accessToken"].as_str().expect("a token").to_owned();
        self.memory.lock().bearer = Some(bearer.clone());
        bearer
    }
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "Refused"}})
}

async fn receive(State(hip): State<ModelHip>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body = read_body(&to_bytes(body, usize::MAX).await.expect("a body")).0;
    let path = parts.uri.path().to_owned();
    if path == "/v1/visits" {
        if hip.defect == Defect::TakesNoVisits {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        let (patient, code, news) = hip.take_visit(&body);
        tokio::spawn(async move { hip.tell(&patient, &code, news).await });
        return StatusCode::CREATED;
    }
    let headers = read_headers(&parts.headers);
    let version = if path.starts_with("/v0.5") { ApiVersion::V05 } else { ApiVersion::V3 };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let header = |name: &str| headers.get(name).map(String::as_str);
    let question = Question {
        version,
        request_id: text(version.pick(header("REQUEST-ID"), body["requestId"].as_str())),
        timestamp: text(version.pick(header("TIMESTAMP"), body["timestamp"].as_str())),
        body,
    };
    tokio::spawn(async move { hip.hear(&path, question).await });
    StatusCode::ACCEPTED
}

impl ModelHip {
    async fn hear(self, path: &str, question: Question) {
        match path {
            "/api/v3/hip/token/on-generate-token" => self.on_token(&question.body).await,
            "/api/v3/link/on_carecontext" => self.on_link(&question.body).await,
            "/api/v3/hip/patient/care-context/discover" | "/v0.5/care-contexts/discover" => {
                self.discover(&question).await;
            }
            "/api/v3/hip/link/care-context/init" | "/v0.5/links/link/init" => {
                self.init(&question).await;
            }
            "/api/v3/hip/link/care-context/confirm" | "/v0.5/links/link/confirm" => {
                self.confirm(&question).await;
            }
            "/api/v3/consent/request/hip/notify" | "/v0.5/consents/hip/notify" => {
                self.consent(&question).await;
            }
            "/api/v3/hip/health-information/request" | "/v0.5/health-information/hip/request" => {
                self.transfer(&question).await;
            }
            "/api/v3/hip/patient/share" => self.share(&question).await,
            "/api/v3/patients/status/notify" | "/v0.5/patients/status/notify" => {
                self.opt_out(&question.body);
            }
            _ => {}
        }
    }
}
