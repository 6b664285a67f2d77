//! The console: sessions, rights, and pages in a real browser.

mod desk;
mod replay;
mod rights;
mod screens;
mod sessions;

use std::sync::Arc;

use hip_commands::inbox::callbacks::CurrentInterpreter;
use hip_commands::inbox::receive::{self, VerifiedCallback};
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::inbound::{ApiVersion, BearerCheck, CallbackKind, RawCallback};
use hip_infra::config::key_sha256;
use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat};
use hip_tests::World;
use hip_tests::browser::Browser;
use hip_tests::earlier_version::ports;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::{PATIENCE, key_of};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use uuid::Uuid;

use crate::operations::replay::DISCOVER;

/// The roles of people, and a record system, each with a key of its own.
const ROLES: [&str; 4] = ["operator", "auditor", "desk", "emr"];

/// The configuration of a client for each role.
fn people() -> String {
    let clients = ROLES.map(|role| {
        let digest = key_sha256(&key_of(role));
        format!("[[client]]\nname = \"the-{role}\"\nroles = [{role:?}]\nkey_sha256 = {digest:?}\n")
    });
    clients.concat()
}

async fn world() -> (World, HipProcess) {
    World::start_with(&people()).await
}

/// A linked visit, one that is not linked, a consent, and a transfer under it.
async fn busy_world() -> (World, HipProcess) {
    let (world, hip) = world().await;
    world.push(&visit("3001", false)).await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    (world, hip)
}

/// A message that says nothing was given up.
async fn world_with_a_failure() -> (World, HipProcess) {
    let world = World::create_with(&people()).await;
    let (ports, _log) = ports(&world, Arc::new(CurrentInterpreter)).await;
    let message = VerifiedCallback {
        kind: CallbackKind::Discover,
        api: ApiVersion::V3,
        named: None,
        facility: FacilityId::parse(FACILITY).unwrap(),
        request_id: RequestId(Uuid::from_u128(0x6f1b_7f5e_0000_4000_8000_0000_0000_c0de)),
        sent_at: None,
        bearer: BearerCheck { key_id: "k".to_owned(), issuer: None, late_by_s: 0 },
        raw: RawCallback { path: DISCOVER.to_owned(), headers: vec![], body: "{}".to_owned() },
    };
    receive::receive(&ports, message).await.unwrap();
    let hip = world.launch.start().await;
    world.until("inbound.failed", 1).await;
    world.until_idle().await;
    (world, hip)
}

/// A person without a browser: keeps the cookie, follows nothing.
struct Visitor {
    client: Client,
    url: String,
    cookie: Option<String>,
}

impl Visitor {
    fn of(world: &World) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, url: world.launch.url.clone(), cookie: None }
    }

    async fn signed_in(world: &World, role: &str) -> Self {
        let mut visitor = Self::of(world);
        let answer = visitor.sign_in(&key_of(role)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{role}");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        visitor.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        visitor
    }

    async fn sign_in(&self, key: &str) -> reqwest::Response {
        self.post("/console/sign-in", &[("key", key)]).send().await.unwrap()
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.with_cookie(self.client.get(format!("{}{path}", self.url)))
    }

    /// A form of one of our own pages.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.bare_post(path, fields).header("sec-fetch-site", "same-origin")
    }

    /// A form without the headers of a browser.
    fn bare_post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.url)).body(body);
        self.with_cookie(request.header("content-type", "application/x-www-form-urlencoded"))
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).send().await.unwrap().status().as_u16()
    }
}

/// Signs in through the page.
async fn sign_in(browser: &Browser, world: &World, role: &str) {
    browser.go(&format!("{}/console/sign-in", world.launch.url)).await;
    browser.fill("#key", &key_of(role)).await;
    browser.press("main button").await;
    browser.find(".side a").await;
}

/// Shows all pages of the session in Hindi.
async fn in_hindi(browser: &Browser, world: &World) {
    browser.go(&format!("{}/console/settings", world.launch.url)).await;
    browser.press("#language option[value=hi]").await;
    browser.press("main form button").await;
    browser.until("सेटिंग").await;
}
