//! Discovery: by ABHA address, by mobile and record number, by a similar name; and
//! no match, several matches, no care context that is not linked yet.

use serde_json::json;

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::person::Person;
use super::records::Visit;
use super::watch::{about, mentioning};
use crate::phr::{DiscoverRequest, Discovery, Identifier};
use crate::state::discovery::Offer;
use crate::wire::flow_error::HipError;
use crate::wire::operation::Operation;

pub(super) const FLOW: &str = "discovery";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_DISCOVER_ABHA", FLOW, by_abha_address(stage)).await;
    stage.case("X_DISCOVER_MOBILE_MR", FLOW, by_mobile_and_record_number(stage)).await;
    stage.case("X_DISCOVER_FUZZY", FLOW, by_a_name_nearly_right(stage)).await;
    stage.case("X_DISCOVER_NOBODY", FLOW, nobody(stage)).await;
    stage.case("X_DISCOVER_MR_ALONE", FLOW, record_number_alone(stage)).await;
    stage.case("X_DISCOVER_SEVERAL", FLOW, several(stage)).await;
    stage.case("X_DISCOVER_NOTHING_NEW", FLOW, nothing_unlinked(stage)).await;
    stage.case("X_DISCOVER_AGAIN", FLOW, asked_again(stage)).await;
    let by = ["X_DISCOVER_ABHA", "X_DISCOVER_MOBILE_MR", "X_DISCOVER_FUZZY"];
    stage.derived("USER_INIT_LINK_603", FLOW, &by);
    stage.derived("USER_INIT_LINK_604", FLOW, &["X_DISCOVER_MOBILE_MR", "X_DISCOVER_NOBODY"]);
}

/// A patient with a visit that the facility registered without an ABHA.
pub(super) async fn unlinked(stage: &SuiteContext<'_>) -> Verdict<(Person, Visit)> {
    let person = stage.person();
    let visit = stage.visit(1).without_abha();
    stage.push(&person, &visit).await?;
    Ok((person, visit))
}

/// Sends a discovery and returns the HIP's answer.
pub(super) async fn ask(
    stage: &SuiteContext<'_>,
    request: DiscoverRequest,
) -> Verdict<Result<Discovery, HipError>> {
    let discovery = stage.sandbox.phr().discover(request).await?;
    Ok(match &discovery.answer {
        Ok(offer) => {
            let count = offer.care_contexts.len();
            stage.saw(format!("on-discover {count} contexts by {}", offer.matched_by.join(", ")));
            Ok(discovery)
        }
        Err(error) => {
            stage.saw(format!("on-discover error {}", error.code));
            Err(error.clone())
        }
    })
}

/// Sends a discovery that must find care contexts.
pub(super) async fn find(
    stage: &SuiteContext<'_>,
    request: DiscoverRequest,
) -> Verdict<(Discovery, Offer)> {
    let discovery = ask(stage, request)
        .await?
        .map_err(|error| Failure(format!("nobody was found: {} {}", error.code, error.message)))?;
    match discovery.answer.clone() {
        Ok(offer) => Ok((discovery, offer)),
        Err(error) => Err(Failure(error.code)),
    }
}

/// Whether the patient is offered this visit.
pub(super) async fn offers(
    stage: &SuiteContext<'_>,
    person: &Person,
    visit: &Visit,
) -> Verdict<bool> {
    let request = DiscoverRequest::new(stage.facility(), &person.holder);
    let answer = ask(stage, request).await?;
    let offer = answer.ok().and_then(|discovery| discovery.answer.ok());
    Ok(offer.is_some_and(|offer| holds(&offer, visit)))
}

pub(super) fn holds(offer: &Offer, visit: &Visit) -> bool {
    offer.care_contexts.iter().any(|context| context.care_context_reference == visit.code)
}

fn matched(offer: &Offer, by: &str) -> Verdict {
    let reason = format!("matchedBy is {}, without {by}", offer.matched_by.join(", "));
    ensure(offer.matched_by.iter().any(|it| it == by), reason)
}

async fn refused(stage: &SuiteContext<'_>, request: DiscoverRequest, codes: &[&str]) -> Verdict {
    match ask(stage, request).await? {
        Ok(_) => Err("somebody was found".into()),
        Err(error) => {
            let reason = format!("refused with {}, not {}", error.code, codes.join(" or "));
            ensure(codes.contains(&error.code.as_str()), reason)
        }
    }
}

/// The patient's ABHA is known from a visit that is not linked, because it waits for its link token.
async fn by_abha_address(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let (since, visit) = (stage.now(), stage.visit(1));
    let target = mentioning(Operation::GenerateToken, person.address());
    stage.sandbox.faults().silence(target, 1);
    stage.push(&person, &visit).await?;
    stage.call(since, Operation::GenerateToken, about(person.address())).await?;
    stage.saw("generate-token 202, and no callback");
    let mut request = DiscoverRequest::new(stage.facility(), &person.holder);
    // The address must be sufficient.
    request.verified = vec![Identifier::new("ABHA_ADDRESS", person.address())];
    let (_, offer) = find(stage, request).await?;
    ensure(holds(&offer, &visit), "the visit is not offered")?;
    matched(&offer, "ABHA_ADDRESS")
}

async fn by_mobile_and_record_number(stage: &SuiteContext<'_>) -> Verdict {
    let (person, visit) = unlinked(stage).await?;
    let request = DiscoverRequest::new(stage.facility(), &person.holder)
        .with_medical_record_number(&person.beneficiary_id);
    let (_, offer) = find(stage, request).await?;
    ensure(holds(&offer, &visit), "the visit is not offered")?;
    let named = offer.care_contexts.iter().all(|context| !context.display.is_empty());
    ensure(named, "a care context has nothing to display")?;
    matched(&offer, "MR")?;
    matched(&offer, "MOBILE")
}

/// The name differs slightly, the year differs by two and is text, and the mobile number is formatted.
async fn by_a_name_nearly_right(stage: &SuiteContext<'_>) -> Verdict {
    let mut person = stage.person();
    "Meera Kulkarni".clone_into(&mut person.name);
    let visit = stage.visit(1).without_abha();
    stage.push(&person, &visit).await?;
    let mut request = DiscoverRequest::new(stage.facility(), &person.holder);
    "Mira Kulkarni".clone_into(&mut request.name);
    request.year_of_birth = json!((person.holder.year_of_birth + 2).to_string());
    let mobile = format!("+91-{}", person.holder.mobile);
    request.verified = vec![Identifier::new("MOBILE", &mobile)];
    request.unverified = None;
    let (_, offer) = find(stage, request).await?;
    ensure(holds(&offer, &visit), "the visit is not offered")?;
    matched(&offer, "MOBILE")
}

async fn nobody(stage: &SuiteContext<'_>) -> Verdict {
    let stranger = stage.person();
    let mut request = DiscoverRequest::new(stage.facility(), &stranger.holder);
    request.unverified = None;
    refused(stage, request, &["ABDM-1010"]).await
}

/// Another person has only the patient's record number. The HIP must not find the patient.
async fn record_number_alone(stage: &SuiteContext<'_>) -> Verdict {
    let (person, _) = unlinked(stage).await?;
    let stranger = stage.person();
    let request = DiscoverRequest::new(stage.facility(), &stranger.holder)
        .with_medical_record_number(&person.beneficiary_id);
    refused(stage, request, &["ABDM-1010"]).await
}

/// Two patients with the same mobile number, name and year of birth, who cannot be distinguished.
async fn several(stage: &SuiteContext<'_>) -> Verdict {
    let (first, _) = unlinked(stage).await?;
    let mut second = stage.person();
    second.name.clone_from(&first.name);
    second.holder.year_of_birth = first.holder.year_of_birth;
    second.holder.mobile.clone_from(&first.holder.mobile);
    stage.push(&second, &stage.visit(2).without_abha()).await?;
    let request = DiscoverRequest::new(stage.facility(), &first.holder);
    refused(stage, request, &["ABDM-1010"]).await
}

async fn nothing_unlinked(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let request = DiscoverRequest::new(stage.facility(), &person.holder);
    refused(stage, request, &["ABDM-1012", "ABDM-1001"]).await
}

/// The same transaction with a new REQUEST-ID is answered once more.
async fn asked_again(stage: &SuiteContext<'_>) -> Verdict {
    let (person, _) = unlinked(stage).await?;
    let since = stage.now();
    let request = DiscoverRequest::new(stage.facility(), &person.holder);
    let (discovery, _) = find(stage, request).await?;
    stage.sandbox.phr().discover_again(&discovery.transaction_id)?;
    let first = discovery.request_id.clone();
    let same = move |entry: &crate::journal::Entry| {
        entry.body["transactionId"] == discovery.transaction_id.as_str()
    };
    let twice = |_: &[_]| stage.calls(since, Operation::OnDiscover, &same).len() >= 2;
    let seen = stage.sandbox.journal().wait_until(stage.patience(), twice).await;
    ensure(seen.is_ok(), "the second question got no answer")?;
    let answers = stage.calls(since, Operation::OnDiscover, &same);
    let named = &answers[1].body["response"]["requestId"];
    stage.saw(format!("answered again, for the first question: {}", *named == first.as_str()));
    ensure(
        answers[0].body["patient"] == answers[1].body["patient"],
        "the second answer offers something else",
    )
}
