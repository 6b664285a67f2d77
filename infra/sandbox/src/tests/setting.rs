//! A simulator with one facility and one patient, and a client that calls it as a HIP does.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};

use super::fake_hip::FakeHip;
use crate::run::draw::Draw;
use crate::{AbhaHolder, Operation, Redelivery, Sandbox, SandboxOptions};

/// Draws the REQUEST-IDs of all tests.
static CALLS: LazyLock<Draw> = LazyLock::new(|| Draw::new(0, u64::MAX - 1));

pub(super) const FACILITY: &str = "IN0610000001";
pub(super) const ADDRESS: &str = "tara.test@sbx";
pub(super) const NUMBER: u64 = 91_000_000_009_901;
/// Time limit of waits. Much longer than any step takes on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(20);

pub(super) fn holder() -> AbhaHolder {
    AbhaHolder {
        abha_address: ADDRESS.into(),
        abha_number: "91-0000-0000-9901".into(),
        name: "Tara Test".into(),
        gender: "F".into(),
        year_of_birth: 1985,
        mobile: "9800009901".into(),
    }
}

pub(super) fn quick() -> SandboxOptions {
    SandboxOptions {
        callback_delay: Duration::ZERO,
        patience: SOON,
        redelivery: Redelivery { interval: Duration::from_millis(20), attempts_max: 50 },
        ..SandboxOptions::default()
    }
}

/// A simulator, a fake HIP as its bridge, and an open session.
pub(super) struct Setting {
    pub(super) sandbox: Sandbox,
    pub(super) hip: FakeHip,
    pub(super) http: reqwest::Client,
    pub(super) bearer: String,
}

impl Setting {
    pub(super) async fn new() -> Self {
        Self::with(quick()).await
    }

    pub(super) async fn with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.expect("the simulator starts");
        sandbox.register_facility(FACILITY, "PHC Test");
        sandbox.register_abha(holder());
        let hip = FakeHip::start().await;
        sandbox.set_bridge_url(&hip.url);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut setting = Self { sandbox, hip, http, bearer: String::new() };
        setting.bearer = setting.new_bearer().await;
        setting
    }

    pub(super) async fn new_bearer(&self) -> String {
        let own = self.sandbox.credentials();
        let body = json!({
            "clientId": own.client_id,
            "clientSecret": own.client_secret,
            "grantType": "client_credentials",
        });
        let (status, answer) = self.call(Operation::Session).body(body).send().await;
        assert_eq!(status, 202);
        answer["accessToken"].as_str().expect("a token").to_owned()
    }

    pub(super) fn call(&self, operation: Operation) -> Caller {
        let url = match operation {
            Operation::Push => self.sandbox.hiu_push_url(),
            Operation::Sms => self.sandbox.sms_url(),
            Operation::BridgeService => {
                format!("{}{}{FACILITY}", self.sandbox.gateway_url(), operation.path())
            }
            Operation::Session
            | Operation::Certs
            | Operation::OpenidConfiguration
            | Operation::BridgeUrl
            | Operation::BridgeServices
            | Operation::GenerateToken
            | Operation::LinkCareContext
            | Operation::ContextNotify
            | Operation::SmsNotify
            | Operation::OnDiscover
            | Operation::OnInit
            | Operation::OnConfirm
            | Operation::ConsentOnNotify
            | Operation::OnRequest
            | Operation::DataFlowNotify
            | Operation::OnShare => {
                format!("{}{}", self.sandbox.gateway_url(), operation.path())
            }
        };
        let mut headers = vec![
            ("REQUEST-ID", CALLS.id()),
            ("TIMESTAMP", crate::run::clock::wire(crate::run::clock::now())),
            ("X-CM-ID", "sbx".to_owned()),
            ("X-HIP-ID", FACILITY.to_owned()),
            ("Content-Type", "application/json".to_owned()),
        ];
        if !self.bearer.is_empty() {
            headers.push(("Authorization", format!("Bearer {}", self.bearer)));
        }
        Caller { http: self.http.clone(), method: operation.method(), url, headers, body: None }
    }

    /// Like [`Self::call`], but in v0.5: other base URL, `requestId` and `timestamp` in the body.
    pub(super) fn call_v05(&self, operation: Operation, mut body: Value) -> Caller {
        let path = operation.v05_path().expect("an operation of v0.5");
        body["requestId"] = json!(CALLS.id());
        body["timestamp"] = json!(crate::run::clock::wire(crate::run::clock::now()));
        let url = format!("{}{path}", self.sandbox.v05_url());
        let caller = self.call(operation).without("REQUEST-ID").without("TIMESTAMP");
        Caller { url, ..caller }.body(body)
    }

    /// Sends a valid call of `operation`. The answer must be 202.
    pub(super) async fn accepted(&self, operation: Operation, body: Value) {
        let (status, answer) = self.call(operation).body(body).send().await;
        assert_eq!((status, answer), (202, Value::Null), "{operation:?}");
    }

    /// Requests a link token and returns it from the callback.
    pub(super) async fn link_token(&self) -> String {
        self.accepted(Operation::GenerateToken, demographics()).await;
        let callback = self.hip.next("/api/v3/hip/token/on-generate-token").await;
        callback.body["linkToken"].as_str().expect("a link token").to_owned()
    }

    /// Links care contexts with one hi type.
    pub(super) async fn link(&self, references: &[&str]) {
        let link_token = self.link_token().await;
        let caller = self.call(Operation::LinkCareContext).header("X-LINK-TOKEN", &link_token);
        let (status, _) = caller.body(link_body(references)).send().await;
        assert_eq!(status, 202);
        let callback = self.hip.next("/api/v3/link/on_carecontext").await;
        assert_eq!(callback.body["status"], "Successfully Linked care context");
    }

    pub(super) fn rules(&self) -> Vec<String> {
        self.sandbox.violations().into_iter().map(|violation| violation.rule).collect()
    }
}

pub(super) fn demographics() -> Value {
    json!({
        "abhaNumber": NUMBER, "abhaAddress": ADDRESS,
        "name": "Tara Test", "gender": "F", "yearOfBirth": 1985,
    })
}

pub(super) fn patient(references: &[&str], hi_type: &str) -> Value {
    let contexts: Vec<Value> = references
        .iter()
        .map(|reference| json!({"referenceNumber": reference, "display": "Visit"}))
        .collect();
    json!([{
        "referenceNumber": "P-1", "display": "Tara Test", "hiType": hi_type,
        "count": contexts.len(), "careContexts": contexts,
    }])
}

pub(super) fn link_body(references: &[&str]) -> Value {
    json!({
        "abhaNumber": NUMBER.to_string(), "abhaAddress": ADDRESS,
        "patient": patient(references, "OPConsultation"),
    })
}

/// One HTTP call. It is valid unless a test changes it.
pub(super) struct Caller {
    http: reqwest::Client,
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Caller {
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(super) fn body(self, body: Value) -> Self {
        let text = body.to_string();
        drop(body);
        self.text(&text)
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.body = Some(text.to_owned());
        self
    }

    pub(super) fn request_id(&self) -> String {
        let id = self.headers.iter().find(|(name, _)| *name == "REQUEST-ID");
        id.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Sends the call. Returns status and body; an empty body is null.
    pub(super) async fn send(self) -> (u16, Value) {
        self.try_send().await.expect("an answer")
    }

    pub(super) async fn try_send(self) -> Result<(u16, Value), reqwest::Error> {
        let method = self.method.parse().expect("a method");
        let mut request = self.http.request(method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let response = request.body(self.body.unwrap_or_default()).send().await?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await?;
        Ok((status, crate::wire::message::read_body(&bytes).0))
    }
}
