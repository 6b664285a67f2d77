//! An ABHA that was deleted or deactivated: address and consents must be removed.

use super::case::{Failure, Verdict};
use super::context::SuiteContext;
use super::pull::{consent, pull, refused};
use super::watch::about;
use crate::hiu::HealthInformationRequest;
use crate::hiu::key_form::KeyFormat;
use crate::phr::{Grant, PatientStatus};
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;

pub(super) const FLOW: &str = "opt-out";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    use PatientStatus::{Deactivated, Deleted};
    let deactivated = given_up(stage, Deactivated, ApiVersion::V05);
    stage.case("X_OPTOUT_V05", FLOW, deactivated).await;
    let deleted = given_up(stage, Deleted, ApiVersion::V3);
    stage.case("X_OPTOUT_V3", FLOW, deleted).await;
    let both = ["X_OPTOUT_V05", "X_OPTOUT_V3"];
    stage.derived("HIP_INIT_ABHA_OPTOUT_DEACTIVATE", FLOW, &both);
}

async fn given_up(stage: &SuiteContext<'_>, status: PatientStatus, version: ApiVersion) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    let request = || HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    pull(stage, request()).await?;
    let since = stage.now();
    let phr = stage.sandbox.phr();
    let id = phr.patient_status(person.address(), stage.facility(), status, version);
    stage.acknowledged(&id).await?;
    stage.saw(format!("{} in {} acknowledged", status.as_str(), version.as_str()));
    // The HIP sends no answer, so nothing shows when it has finished.
    stage.watch().await;
    refused(stage, request(), &["ABDM-1062", "ABDM-1112", "ABDM-1061", "ABDM-1407"]).await?;
    // A later visit of the patient is not linked, because the address and its link token were deleted.
    stage.push(&person, &stage.visit(0)).await?;
    let linked = stage.no_more_than(0, since, Operation::LinkCareContext, about(person.address()));
    linked.await.map_err(|Failure(reason)| Failure(format!("after the opt-out: {reason}")))
}
