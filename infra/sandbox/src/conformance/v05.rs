//! The aliases of v0.5: questions and answers in v0.5. The simulator counts every other answer as a violation.

use serde_json::json;

use super::case::{Verdict, ensure};
use super::context::SuiteContext;
use super::discovery::{ask, find, holds, unlinked};
use super::pull::{pull, refused};
use super::user_linking::{confirm, waiting};
use crate::hiu::key_form::KeyFormat;
use crate::hiu::{ConsentRequest, HealthInformationRequest};
use crate::phr::{DiscoverRequest, Grant};
use crate::wire::version::ApiVersion;

pub(super) const FLOW: &str = "v0.5";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_V05_DISCOVER", FLOW, kept(stage, discover(stage))).await;
    stage.case("X_V05_DISCOVER_NOBODY", FLOW, kept(stage, discover_nobody(stage))).await;
    stage.case("X_V05_LINK", FLOW, kept(stage, link(stage))).await;
    stage.case("X_V05_DATA", FLOW, kept(stage, data(stage))).await;
}

/// Returns the result of `work`, but fails if the contract was violated.
///
/// Only a violation shows that an answer had the wrong API version.
async fn kept(stage: &SuiteContext<'_>, work: impl Future<Output = Verdict>) -> Verdict {
    let before = stage.sandbox.violations().len();
    work.await?;
    let broken = stage.sandbox.violations().split_off(before);
    let reason = broken.first().map(|violation| violation.rule.clone()).unwrap_or_default();
    ensure(broken.is_empty(), reason)
}

async fn discover(stage: &SuiteContext<'_>) -> Verdict {
    let (person, visit) = unlinked(stage).await?;
    let mut request = DiscoverRequest::new(stage.facility(), &person.holder)
        .with_medical_record_number(&person.beneficiary_id);
    request.version = ApiVersion::V05;
    let (_, offer) = find(stage, request).await?;
    ensure(holds(&offer, &visit), "the visit is not offered")
}

async fn discover_nobody(stage: &SuiteContext<'_>) -> Verdict {
    let stranger = stage.person();
    let mut request = DiscoverRequest::new(stage.facility(), &stranger.holder);
    request.version = ApiVersion::V05;
    let answer = ask(stage, request).await?;
    ensure(answer.is_err_and(|error| error.code == "ABDM-1010"), "it was not refused as ABDM-1010")
}

async fn link(stage: &SuiteContext<'_>) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V05).await?;
    confirm(stage, &waiting, json!(waiting.otp)).await
}

async fn data(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let mut wish = ConsentRequest::new(person.address(), stage.facility());
    wish.version = ApiVersion::V05;
    let wish = stage.sandbox.hiu().request_consent(wish);
    let phr = stage.sandbox.phr();
    let consent = phr.grant(&wish, Grant::default()).await?;
    stage.saw("consent GRANTED acknowledged OK");
    let request = || {
        let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        request.version = ApiVersion::V05;
        request
    };
    pull(stage, request()).await?;
    phr.revoke(&consent).await?;
    refused(stage, request(), &["ABDM-1062"]).await
}
