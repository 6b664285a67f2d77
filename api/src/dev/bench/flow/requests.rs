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
pub(in crate::dev::bench) struct VisitPush {
    pub(in crate::dev::bench) client: Client,
    pub(in crate::dev::bench) url: String,
    /// Number of the first patient.
    pub(in crate::dev::bench) first: u32,
}

impl AsyncRequest for VisitPush {
    async fn send(&self, n: u32) -> anyhow::Result<()> {
        let mut visit = Person::numbered((self.first + n).into()).visit(SystemClock.now());
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
pub(in crate::dev::bench) enum Kind {
    Discovery,
    /// An answer to no request.
    Answer,
}

/// A callback of the gateway.
pub(in crate::dev::bench) struct Post {
    pub(in crate::dev::bench) client: Client,
    pub(in crate::dev::bench) url: String,
    pub(in crate::dev::bench) bearer: String,
    pub(in crate::dev::bench) gateway: Arc<FlowGateway>,
    pub(in crate::dev::bench) asking: Asking,
    pub(in crate::dev::bench) kind: Kind,
}

/// Patients who ask one after the other lie this far apart, so that even a few questions concern all of them. A prime
/// number: everybody has a turn.
const STRIDE: u64 = 7_919;

/// Who asks, and how the questions are confirmed.
#[derive(Clone, Copy)]
pub(in crate::dev::bench) struct Asking {
    /// Number of the first patient, and how many take turns.
    pub(in crate::dev::bench) first: u32,
    pub(in crate::dev::bench) patients: u32,
    /// Status of a confirmation.
    pub(in crate::dev::bench) expected: StatusCode,
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
                let Asking { first, patients, .. } = self.asking;
                let number = u64::from(n) * STRIDE % u64::from(patients);
                let holder = Person::numbered(u64::from(first) + number).holder();
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
        load::expect(sent, self.asking.expected).await
    }
}
