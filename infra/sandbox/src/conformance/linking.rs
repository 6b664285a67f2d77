//! Successful HIP-initiated linking: demographics, link token, link, and reuse of the token.

use super::case::{Verdict, ensure};
use super::context::SuiteContext;
use super::person::Person;
use super::pull::all_of_it;
use super::records::Visit;
use super::watch::about;
use crate::journal::Entry;
use crate::wire::operation::Operation;

pub(super) const FLOW: &str = "linking";

/// Whether the HIP accepts visits; without that nothing can be tested.
pub(super) async fn visit_is_taken(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.push(&person, &stage.visit(3).without_abha()).await
}

pub(super) async fn run(stage: &SuiteContext<'_>) {
    let person = stage.person();
    let first = stage.visit(2);
    let since = stage.now();
    stage.case("HIP_INTI_LINK_501", FLOW, token_is_asked_for(stage, since, &person, &first)).await;
    stage.case("X_LINK_TOKEN", FLOW, token_arrives(stage, since, &person)).await;
    stage.case("X_LINK", FLOW, visit_is_linked(stage, since, &person, &first)).await;
    stage.case("X_LINK_TOKEN_AGAIN", FLOW, token_is_used_again(stage, since, &person)).await;
    stage.case("X_TOKEN_1207", FLOW, other_demographics(stage)).await;
    stage.derived("HIP_INTI_LINK_503", FLOW, &["X_LINK_TOKEN", "X_TOKEN_1207"]);
    stage.derived("HIP_INTI_LINK_504", FLOW, &["X_LINK_TOKEN", "X_LINK_TOKEN_AGAIN"]);
    stage.derived("HIP_INTI_LINK_505", FLOW, &["X_LINK", "X_LINK_TOKEN_AGAIN"]);
    stage.case("HIP_INTI_LINK_506", FLOW, linked_visit_is_pulled(stage, &person)).await;
    stage.derived("Health_RECORD_CREATION_101", FLOW, &["HIP_INTI_LINK_506"]);
}

async fn token_is_asked_for(
    stage: &SuiteContext<'_>,
    since: usize,
    person: &Person,
    visit: &Visit,
) -> Verdict {
    stage.push(person, visit).await?;
    let call = stage.call(since, Operation::GenerateToken, about(person.address())).await?;
    ensure(call.status == Some(202), "generate-token was not accepted")?;
    let holder = &person.holder;
    let body = &call.body;
    let same = body["name"] == holder.name.as_str()
        && body["gender"] == holder.gender.as_str()
        && body["yearOfBirth"] == holder.year_of_birth;
    ensure(same, "generate-token does not carry the demographics of the visit")?;
    stage.saw("generate-token 202 with ABHA address and demographics");
    Ok(())
}

async fn token_arrives(stage: &SuiteContext<'_>, since: usize, person: &Person) -> Verdict {
    let call = stage.call(since, Operation::GenerateToken, about(person.address())).await?;
    let callback = stage.callback(&call).await?;
    ensure(callback.body["linkToken"].is_string(), "the callback brought no link token")?;
    stage.saw("on-generate-token linkToken present, acknowledged");
    let link = stage.call(since, Operation::LinkCareContext, about(person.address())).await?;
    let sent = link.header("X-LINK-TOKEN");
    ensure(sent == callback.body["linkToken"].as_str(), "the link carries another link token")?;
    stage.saw("link/carecontext carries the token that came");
    Ok(())
}

async fn visit_is_linked(
    stage: &SuiteContext<'_>,
    since: usize,
    person: &Person,
    visit: &Visit,
) -> Verdict {
    let link = stage.call(since, Operation::LinkCareContext, about(person.address())).await?;
    let callback = stage.callback(&link).await?;
    ensure(callback.body["error"].is_null(), "the link came back with an error")?;
    ensure(stage.is_linked(person, visit), "the gateway holds no link of the visit")?;
    let kinds: Vec<String> = stage
        .sandbox
        .phr()
        .linked(person.address())
        .into_iter()
        .map(|context| context.hi_type)
        .collect();
    stage.saw(format!("on_carecontext success, hi types {}", kinds.join(", ")));
    for kind in ["OPConsultation", "Prescription"] {
        ensure(kinds.iter().any(|it| it == kind), format!("the visit is not linked as {kind}"))?;
    }
    Ok(())
}

async fn token_is_used_again(stage: &SuiteContext<'_>, since: usize, person: &Person) -> Verdict {
    stage.linked_visit(person, 1).await?;
    let asked = stage.calls(since, Operation::GenerateToken, about(person.address())).len();
    ensure(asked == 1, format!("generate-token was called {asked} times for two visits"))?;
    let links = stage.calls(since, Operation::LinkCareContext, about(person.address()));
    let token = |entry: &Entry| entry.header("X-LINK-TOKEN").map(str::to_owned);
    let same = links.iter().all(|link| token(link) == token(&links[0]));
    ensure(same, "the second link carries another token")?;
    stage.saw("a second visit was linked with the stored token");
    Ok(())
}

/// The register has another name for the patient than the facility.
async fn other_demographics(stage: &SuiteContext<'_>) -> Verdict {
    let mut person = stage.person();
    "Sulochana Tambe".clone_into(&mut person.name);
    let since = stage.now();
    let visit = stage.visit(1);
    stage.push(&person, &visit).await?;
    let call = stage.call(since, Operation::GenerateToken, about(person.address())).await?;
    let callback = stage.callback(&call).await?;
    let code = callback.body["error"]["code"].as_str().unwrap_or_default();
    ensure(code.starts_with("ABDM-1207"), "the simulator knows these demographics")?;
    stage.saw("mismatch callback error.code ABDM-1207, no linkToken");
    stage.no_more_than(1, since, Operation::GenerateToken, about(person.address())).await?;
    stage.no_more_than(0, since, Operation::LinkCareContext, about(person.address())).await?;
    stage.saw("no retry with the same demographics, no link");
    Ok(())
}

async fn linked_visit_is_pulled(stage: &SuiteContext<'_>, person: &Person) -> Verdict {
    let delivery = all_of_it(stage, person).await?;
    for kind in ["OPConsultation", "Prescription"] {
        let here = delivery.pages.iter().any(|page| page.hi_type == Some(kind));
        ensure(here, format!("no {kind} arrived"))?;
    }
    for page in &delivery.pages {
        let text = page.plaintext.as_ref().map(ToString::to_string).unwrap_or_default();
        ensure(text.contains(&person.name), "a document does not name the patient")?;
        let (address, number) = (person.address(), &person.holder.abha_number);
        let hyphened =
            format!("{}-{}-{}-{}", &number[..2], &number[2..6], &number[6..10], &number[10..]);
        let known = [address, number, &hyphened].into_iter().any(|abha| text.contains(abha));
        ensure(known, "a document carries neither ABHA address nor number")?;
    }
    stage.saw("each document is a FHIR bundle with the patient's name and ABHA");
    Ok(())
}
