//! The requests that are sent from outside.

use std::sync::Arc;

use chrono::SecondsFormat;
use hip_commands::port::{Clock, Ids};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use reqwest::{Client, StatusCode};
use serde_json::json;

use super::gateway::FlowGateway;
use super::load::{self, AsyncRequest};
use crate::dev::demo_environment::{API_KEY, FACILITY_ID};
use crate::dev::person::Person;

/// The visit of a patient without ABHA, so that no link is asked for.
pub(super) struct VisitPush {
    pub(super) client: Client,
    pub(super) url: String,
}

impl AsyncRequest for VisitPush {
    async fn send(&self, n: u32) -> anyhow::Result<()> {
        let mut visit = Person::numbered(n.into()).visit(SystemClock.now());
        if let Some(beneficiary) = visit["beneficiary"].as_object_mut() {
            beneficiary.remove("abhaNumber");
            beneficiary.remove("abhaAddress");
        }
        let url = format!("{}/v1/visits", self.url);
        let answer = self.client.post(url).bearer_auth(API_KEY).json(&visit).send().await;
        load::expect(answer, StatusCode::CREATED).await
    }
}

/// The kind of callback.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Discovery,
    /// An answer to no request.
    Answer,
}

/// A callback of the gateway.
pub(super) struct Post {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) bearer: String,
    pub(super) gateway: Arc<FlowGateway>,
    pub(super) patients: u32,
    pub(super) kind: Kind,
}

impl AsyncRequest for Post {
    async fn send(&self, n: u32) -> anyhow::Result<()> {
        let request = RandomIds.random();
        let (path, body) = match self.kind {
            Kind::Answer => (
                "/api/v3/link/on_carecontext",
                json!({ "response": { "requestId": RandomIds.random() } }),
            ),
            Kind::Discovery => {
                let holder = Person::numbered((n % self.patients).into()).holder();
                let mobile = json!([{ "type": "MOBILE", "value": holder.mobile }]);
                self.gateway.asks(request);
                (
                    "/api/v3/hip/patient/care-context/discover",
                    json!({
                        "transactionId": RandomIds.random(),
                        "patient": {
                            "id": holder.abha_address,
                            "name": holder.name,
                            "gender": holder.gender,
                            "yearOfBirth": holder.year_of_birth,
                            "verifiedIdentifiers": mobile,
                            "unverifiedIdentifiers": [],
                        },
                    }),
                )
            }
        };
        let sent = self
            .client
            .post(format!("{}{path}", self.url))
            .header("authorization", &self.bearer)
            .header("REQUEST-ID", request.to_string())
            .header("TIMESTAMP", SystemClock.now().to_rfc3339_opts(SecondsFormat::Millis, true))
            .header("X-HIP-ID", FACILITY_ID)
            .json(&body)
            .send()
            .await;
        load::expect(sent, StatusCode::ACCEPTED).await
    }
}
