//! Requests for data that a HIP must refuse, each with its code (contract section 10).

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::pull::{consent, refused};
use crate::hiu::HealthInformationRequest;
use crate::hiu::key_form::KeyFormat;
use crate::phr::Grant;
use crate::run::clock;
use crate::wire::flow_error::FlowError;

const FLOW: &str = "data-flow";
/// A host in a private network, which is not an HIU.
const PRIVATE_URL: &str = "http://10.20.30.40:9/v3/transfer";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_DATA_1112", FLOW, unknown_consent(stage)).await;
    stage.case("X_DATA_1061", FLOW, past_erasure(stage)).await;
    stage.case("X_DATA_1063", FLOW, dates_outside(stage)).await;
    stage.case("X_DATA_1031_EXPIRED_KEY", FLOW, expired_key(stage)).await;
    let point = json!({"keyMaterial": {"dhPublicKey": {"keyValue": off_the_curve()}}});
    stage.case("X_DATA_1031_BAD_POINT", FLOW, patched(stage, point)).await;
    let url = json!({"dataPushUrl": PRIVATE_URL});
    stage.case("X_DATA_1031_BAD_URL", FLOW, patched(stage, url)).await;
    let nonce = json!({"keyMaterial": {"nonce": "AAAA"}});
    stage.case("X_DATA_1031_BAD_NONCE", FLOW, patched(stage, nonce)).await;
    stage.case("X_DATA_NOTHING", FLOW, nothing_to_send(stage)).await;
}

/// 65 bytes with the prefix of a point that is not on the curve.
fn off_the_curve() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let mut bytes = [1; 65];
    bytes[0] = 4;
    STANDARD.encode(bytes)
}

/// A patient with a linked visit and a consent for it. Returns the consent's id.
async fn granted(stage: &SuiteContext<'_>, grant: Grant) -> Verdict<String> {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    consent(stage, &person, grant).await
}

async fn unknown_consent(stage: &SuiteContext<'_>) -> Verdict {
    let id = stage.sandbox.world.draw.id();
    let mut request = HealthInformationRequest::new(&id, KeyFormat::WRaw);
    request.facility = Some(stage.facility().to_owned());
    refused(stage, request, &["ABDM-1112"]).await
}

async fn past_erasure(stage: &SuiteContext<'_>) -> Verdict {
    let data_erase_at = Some(clock::now() - TimeDelta::minutes(1));
    let consent = granted(stage, Grant { data_erase_at, ..Grant::default() }).await?;
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    refused(stage, request, &["ABDM-1061"]).await
}

async fn dates_outside(stage: &SuiteContext<'_>) -> Verdict {
    let now: chrono::DateTime<Utc> = clock::now();
    let date_range = Some((now - TimeDelta::days(30), now - TimeDelta::minutes(1)));
    let consent = granted(stage, Grant { date_range, ..Grant::default() }).await?;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.date_range = Some((now - TimeDelta::days(60), now - TimeDelta::days(1)));
    refused(stage, request, &["ABDM-1063"]).await
}

async fn expired_key(stage: &SuiteContext<'_>) -> Verdict {
    let consent = granted(stage, Grant::default()).await?;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.key_expiry = Some(clock::now() - TimeDelta::days(1));
    refused(stage, request, &["ABDM-1031"]).await
}

async fn patched(stage: &SuiteContext<'_>, hi_request: Value) -> Verdict {
    let consent = granted(stage, Grant::default()).await?;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.patch = json!({"hiRequest": hi_request});
    refused(stage, request, &["ABDM-1031"]).await
}

/// The granted data does not exist. A HIP may refuse at once, or close the transfer as FAILED.
async fn nothing_to_send(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let visit = stage.linked_visit(&person, 1).await?;
    let grant = Grant {
        hi_types: Some(vec!["Invoice".to_owned()]),
        care_contexts: Some(vec![(patient_reference(stage, &person)?, visit.code)]),
        ..Grant::default()
    };
    let consent = consent(stage, &person, grant).await?;
    let hiu = stage.sandbox.hiu();
    let transaction = hiu.ask(HealthInformationRequest::new(&consent, KeyFormat::WRaw));
    match hiu.acknowledged(&transaction).await {
        Err(FlowError::Refused(error)) => {
            stage.saw(format!("on-request error {}", error.code));
            return ensure(error.code == "ABDM-1001", format!("refused with {}", error.code));
        }
        Err(error) => return Err(error.into()),
        Ok(()) => {}
    }
    let delivery = hiu.wait_until_complete(&transaction, stage.patience()).await?;
    let status = delivery.session_status.unwrap_or_default();
    stage.saw(format!("notify {status} after {} pages", delivery.pages.len()));
    ensure(status == "FAILED" && delivery.pages.is_empty(), "something was sent")
}

fn patient_reference(stage: &SuiteContext<'_>, person: &super::person::Person) -> Verdict<String> {
    let linked = stage.sandbox.phr().linked(person.address());
    let first = linked.into_iter().next();
    first
        .map(|context| context.patient_reference)
        .ok_or_else(|| Failure("nothing is linked".to_owned()))
}
