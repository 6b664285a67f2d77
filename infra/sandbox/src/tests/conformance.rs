//! The conformance suite, tested with a correct model HIP and with defective ones.

use std::time::Duration;

use super::model_hip::{Defect, ModelHip};
use super::setting::{FACILITY, quick};
use crate::conformance::{self, Hip, Report, StepOutcome};
use crate::{Sandbox, SandboxOptions};

/// Long enough for each step of the model, and short enough to wait for a missing step.
const PATIENCE: Duration = Duration::from_secs(8);

async fn world(defect: Defect, patience: Duration) -> (Sandbox, Hip) {
    let options = SandboxOptions { patience, ..quick() };
    let sandbox = Sandbox::start(options).await.expect("the simulator starts");
    sandbox.register_facility(FACILITY, "PHC Test");
    let model = ModelHip::start(&sandbox, defect).await;
    sandbox.set_bridge_url(&model.url);
    let hip = Hip { url: model.url, api_key: "any".into(), facility: FACILITY.into() };
    (sandbox, hip)
}

#[tokio::test]
async fn a_hip_that_keeps_the_contract_passes_and_passes_again() {
    let (sandbox, hip) = world(Defect::None, PATIENCE).await;
    for _ in 0..2 {
        let report = conformance::run(&sandbox, &hip).await;
        assert!(report.is_passed(), "{report}");
        assert_eq!(report.with(StepOutcome::NotRun).count(), 20);
        let case = report.case("HIP_INTI_LINK_503").expect("a case of the certification");
        assert!(!case.request_ids.is_empty() && !case.observed.is_empty());
    }
}

#[tokio::test]
async fn without_visits_nothing_is_tried() {
    let (sandbox, hip) = world(Defect::TakesNoVisits, PATIENCE).await;
    let report = conformance::run(&sandbox, &hip).await;
    assert_noticed(&report, &["X_VISIT_TAKEN"], &[]);
    assert_eq!(report.with(StepOutcome::NotRun).count(), 38);
    assert!(!report.is_passed());
}

/// The suite's report on a HIP with this defect.
async fn report_on(defect: Defect) -> Report {
    let (sandbox, hip) = world(defect, Duration::from_secs(5)).await;
    conformance::run(&sandbox, &hip).await
}

#[track_caller]
fn assert_noticed(report: &Report, failed: &[&str], passed: &[&str]) {
    for (ids, outcome) in [(failed, StepOutcome::Failed), (passed, StepOutcome::Passed)] {
        for id in ids {
            assert_eq!(report.case(id).map(|it| it.outcome), Some(outcome), "{id}\n{report}");
        }
    }
}

#[tokio::test]
async fn a_202_is_no_link() {
    let report = report_on(Defect::LinksOnAccepted).await;
    assert_noticed(&report, &["X_LINK_FAILED_STATUS"], &["X_LINK", "X_LINK_EMPTY_400"]);
}

#[tokio::test]
async fn an_otp_that_nobody_checks_is_noticed() {
    let report = report_on(Defect::AnyOtp).await;
    let failed = ["X_OTP_WRONG_THEN_RIGHT", "X_OTP_THREE_WRONG", "USER_INIT_LINK_605"];
    assert_noticed(&report, &failed, &["X_OTP_TEXT", "USER_INIT_LINK_606"]);
}

#[tokio::test]
async fn data_under_a_consent_that_has_ended_is_noticed() {
    let report = report_on(Defect::ForgetsRevocation).await;
    let failed = ["HIP_INIT_REVOKE_CONSENT", "X_DATA_REVOKED_MIDWAY", "X_CONTRACT_KEPT"];
    assert_noticed(&report, &failed, &["HIP_INIT_GRANT_CONSENT_", "X_DATA_1061"]);
}

#[tokio::test]
async fn an_answer_in_the_wrong_version_is_noticed() {
    let report = report_on(Defect::SpeaksV3Only).await;
    let failed: Vec<&str> = report.with(StepOutcome::Failed).map(|case| case.id).collect();
    let expected =
        ["X_V05_DISCOVER", "X_V05_DISCOVER_NOBODY", "X_V05_LINK", "X_V05_DATA", "X_CONTRACT_KEPT"];
    assert_eq!(failed, expected, "{report}");
}
