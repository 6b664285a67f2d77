//! Consent and data flow for other cases: a patient grants everything to an HIU.

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::person::Person;
use crate::hiu::delivery::Delivery;
use crate::hiu::key_form::KeyFormat;
use crate::hiu::{ConsentRequest, HealthInformationRequest};
use crate::phr::Grant;
use crate::wire::flow_error::FlowError;

/// Creates a granted consent that the HIP acknowledged. Returns its id.
pub(super) async fn consent(
    stage: &SuiteContext<'_>,
    person: &Person,
    grant: Grant,
) -> Verdict<String> {
    let wish = ConsentRequest::new(person.address(), stage.facility());
    let wish = stage.sandbox.hiu().request_consent(wish);
    let consent = stage.sandbox.phr().grant(&wish, grant).await?;
    stage.saw("consent GRANTED acknowledged OK");
    Ok(consent)
}

/// Creates a consent of which the HIP was not notified. Returns its id.
pub(super) fn unheard_consent(stage: &SuiteContext<'_>, person: &Person) -> Verdict<String> {
    let wish = ConsentRequest::new(person.address(), stage.facility());
    let wish = stage.sandbox.hiu().request_consent(wish);
    Ok(stage.sandbox.phr().sign(&wish, Grant::default())?)
}

/// Grants everything that is linked, and receives it.
pub(super) async fn all_of_it(stage: &SuiteContext<'_>, person: &Person) -> Verdict<Delivery> {
    let consent = consent(stage, person, Grant::default()).await?;
    pull(stage, HealthInformationRequest::new(&consent, KeyFormat::WRaw)).await
}

/// A request that the HIP must serve completely.
pub(super) async fn pull(
    stage: &SuiteContext<'_>,
    request: HealthInformationRequest,
) -> Verdict<Delivery> {
    let transaction = stage.sandbox.hiu().request(request).await?;
    stage.saw("on-request ACKNOWLEDGED");
    finish(stage, &transaction).await
}

/// Waits for the rest of an acknowledged transfer.
pub(super) async fn finish(stage: &SuiteContext<'_>, transaction: &str) -> Verdict<Delivery> {
    let hiu = stage.sandbox.hiu();
    let delivery = hiu.wait_until_complete(transaction, stage.patience()).await?;
    let status = delivery.session_status.clone().unwrap_or_default();
    stage.saw(format!("notify {status}, {} documents", delivery.pages.len()));
    if let Some(violation) = delivery.pages.iter().find_map(|page| page.violations.first()) {
        return Err(Failure(violation.clone()));
    }
    ensure(status == "TRANSFERRED", format!("the transfer was closed as {status}"))?;
    ensure(delivery.hiu_status == Some("RECEIVED"), "the HIU did not receive every page")?;
    Ok(delivery)
}

/// A request that the HIP must refuse with one of these codes, without sending anything.
pub(super) async fn refused(
    stage: &SuiteContext<'_>,
    request: HealthInformationRequest,
    codes: &[&str],
) -> Verdict {
    let hiu = stage.sandbox.hiu();
    let transaction = hiu.ask(request);
    match hiu.acknowledged(&transaction).await {
        Err(FlowError::Refused(error)) if codes.contains(&error.code.as_str()) => {
            stage.saw(format!("on-request error {}", error.code));
        }
        Err(FlowError::Refused(error)) => {
            return Err(Failure(format!(
                "refused with {}, not {}",
                error.code,
                codes.join(" or ")
            )));
        }
        Err(error) => return Err(error.into()),
        Ok(()) => return Err(format!("accepted, instead of {}", codes.join(" or ")).into()),
    }
    stage.watch().await;
    let sent = hiu.received(&transaction).map_or(0, |delivery| delivery.pages.len());
    ensure(sent == 0, format!("{sent} pages came for a refused request"))
}
