//! Scan and share: a token, the same token again, another patient's token, and an unsupported
//! intent.

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::person::Person;
use crate::phr::ShareRequest;
use crate::state::share::QueueToken;
use crate::wire::flow_error::FlowError;

pub(super) const FLOW: &str = "profile-share";
/// NHA's case: a token is valid for 30 minutes.
const EXPIRY_MIN_S: u64 = 1800;

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_SHARE_TOKEN", FLOW, token(stage)).await;
    stage.case("X_SHARE_AGAIN", FLOW, same_token_again(stage)).await;
    stage.case("X_SHARE_NEXT", FLOW, next_patient(stage)).await;
    stage.case("X_SHARE_1149", FLOW, other_intent(stage)).await;
    stage.derived("SHARE_PATIENT_PROFILE_701", FLOW, &["X_SHARE_TOKEN", "X_SHARE_AGAIN"]);
}

/// A counter that no other run used.
fn counter(stage: &SuiteContext<'_>) -> String {
    stage.visit_code()[..6].to_owned()
}

async fn share(stage: &SuiteContext<'_>, counter: &str, person: &Person) -> Verdict<QueueToken> {
    let request = ShareRequest::new(stage.facility(), counter, &person.holder);
    let token = stage.sandbox.phr().share_profile(request).await?;
    stage.saw(format!("on-share token {}, {} s", token.token_number, token.expiry_s));
    Ok(token)
}

async fn token(stage: &SuiteContext<'_>) -> Verdict {
    let token = share(stage, &counter(stage), &stage.person()).await?;
    ensure(token.expiry_s >= EXPIRY_MIN_S, "the token ends before its 30 minutes")
}

async fn same_token_again(stage: &SuiteContext<'_>) -> Verdict {
    let first = share(stage, &counter(stage), &stage.person()).await?;
    let again = stage.sandbox.phr().share_again(&first).await?;
    ensure(again.token_number == first.token_number, "the same patient got another token")
}

async fn next_patient(stage: &SuiteContext<'_>) -> Verdict {
    let counter = counter(stage);
    let first = share(stage, &counter, &stage.person()).await?;
    let second = share(stage, &counter, &stage.person()).await?;
    ensure(first.token_number != second.token_number, "two patients got one token")
}

async fn other_intent(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let mut request = ShareRequest::new(stage.facility(), &counter(stage), &person.holder);
    "PAYMENT_SHARE".clone_into(&mut request.intent);
    match stage.sandbox.phr().share_profile(request).await {
        Ok(_) => Err("a token was given for a payment".into()),
        Err(FlowError::Refused(error)) => {
            stage.saw(format!("on-share error {}", error.code));
            ensure(error.code == "ABDM-1149", format!("refused with {}", error.code))
        }
        Err(error) => Err(Failure(error.to_string())),
    }
}
