//! Consent notifications: granted, revoked, expired, denied, in every form and order.

use chrono::TimeDelta;

use super::case::Verdict;
use super::context::SuiteContext;
use super::pull::{consent, pull, refused, unheard_consent};
use crate::hiu::HealthInformationRequest;
use crate::hiu::key_form::KeyFormat;
use crate::phr::{Artefact, ConsentStatus, Grant};
use crate::run::clock;

pub(super) const FLOW: &str = "consent";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    use Artefact::{Absent, Null, Whole};
    use ConsentStatus::{Denied, Expired, Revoked};
    stage.case("HIP_INIT_GRANT_CONSENT_", FLOW, granted(stage)).await;
    for (id, status, artefact, code) in [
        ("X_REVOKED_WHOLE", Revoked, Whole, "ABDM-1062"),
        ("X_REVOKED_NULL", Revoked, Null, "ABDM-1062"),
        ("X_REVOKED_ID_ONLY", Revoked, Absent, "ABDM-1062"),
        ("X_EXPIRED_WHOLE", Expired, Whole, "ABDM-1061"),
        ("X_EXPIRED_ID_ONLY", Expired, Absent, "ABDM-1061"),
        ("X_DENIED_WHOLE", Denied, Whole, "ABDM-1062"),
        ("X_DENIED_NULL", Denied, Null, "ABDM-1062"),
    ] {
        stage.case(id, FLOW, ended(stage, status, artefact, code)).await;
    }
    let revoked = ["X_REVOKED_WHOLE", "X_REVOKED_NULL", "X_REVOKED_ID_ONLY"];
    stage.derived("HIP_INIT_REVOKE_CONSENT", FLOW, &revoked);
    let expired = ["X_EXPIRED_WHOLE", "X_EXPIRED_ID_ONLY"];
    stage.derived("HIP_INIT_EXPIRE_CONSENT", FLOW, &expired);
    stage.case("X_DENIED_UNKNOWN", FLOW, denied_and_never_granted(stage)).await;
    stage.case("X_CONSENT_OUT_OF_ORDER", FLOW, revoked_before_it_was_granted(stage)).await;
    stage.case("X_CONSENT_TWICE", FLOW, granted_twice(stage)).await;
}

fn request(consent: &str) -> HealthInformationRequest {
    HealthInformationRequest::new(consent, KeyFormat::WRaw)
}

/// Verifies the stored consent through the data that it permits.
async fn granted(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    pull(stage, request(&consent)).await.map(drop)
}

async fn ended(
    stage: &SuiteContext<'_>,
    status: ConsentStatus,
    artefact: Artefact,
    code: &str,
) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    stage.sandbox.phr().notify(&consent, status, artefact).await?;
    stage.saw(format!("consent {} ({artefact:?}) acknowledged OK", status.as_str()));
    refused(stage, request(&consent), &[code]).await
}

/// A consent that was denied and never granted. The HIP must acknowledge it.
async fn denied_and_never_granted(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = unheard_consent(stage, &person)?;
    stage.sandbox.phr().notify(&consent, ConsentStatus::Denied, Artefact::Null).await?;
    stage.saw("an unknown consent DENIED acknowledged OK");
    refused(stage, request(&consent), &["ABDM-1062", "ABDM-1112"]).await
}

/// The revocation arrives before the grant. The late grant must have no effect.
async fn revoked_before_it_was_granted(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = unheard_consent(stage, &person)?;
    let phr = stage.sandbox.phr();
    phr.notify(&consent, ConsentStatus::Revoked, Artefact::Whole).await?;
    stage.saw("REVOKED acknowledged OK");
    let earlier = clock::now() - TimeDelta::minutes(1);
    phr.notify_dated(&consent, ConsentStatus::Granted, Artefact::Whole, earlier).await?;
    stage.saw("an older GRANTED acknowledged OK");
    refused(stage, request(&consent), &["ABDM-1062"]).await
}

async fn granted_twice(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    stage.sandbox.phr().notify(&consent, ConsentStatus::Granted, Artefact::Whole).await?;
    stage.saw("GRANTED again, acknowledged OK again");
    pull(stage, request(&consent)).await.map(drop)
}
