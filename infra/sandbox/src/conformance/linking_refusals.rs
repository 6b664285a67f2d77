//! HIP-initiated linking with refusals of the gateway, in all observed forms.

use serde_json::Value;

use super::case::{Verdict, ensure};
use super::context::SuiteContext;
use super::discovery::offers;
use super::person::Person;
use super::records::Visit;
use super::watch::{about, mentioning};
use crate::faults::ErrorForm;
use crate::wire::operation::Operation;

const FLOW: &str = "linking";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_TOKEN_1027", FLOW, blocked_person_is_left_alone(stage)).await;
    stage.case("X_LINK_1056", FLOW, already_linked_is_linked(stage)).await;
    stage.case("X_LINK_1038", FLOW, token_is_dropped_and_redone(stage)).await;
    stage.case("X_LINK_1038_TWICE", FLOW, token_is_redone_once(stage)).await;
    stage.case("X_LINK_FAILED_STATUS", FLOW, status_alone_says_no(stage)).await;
    stage.case("X_LINK_EMPTY_400", FLOW, refusal_without_a_word(stage)).await;
    stage.case("X_SESSION_900901", FLOW, session_is_renewed(stage)).await;
    stage.case("X_ERROR_FORMS", FLOW, every_form_is_read(stage)).await;
}

async fn blocked_person_is_left_alone(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let since = stage.now();
    let message = "You have been blocked for 24 hours, please try later";
    let target = mentioning(Operation::GenerateToken, person.address());
    stage.sandbox.faults().answer_with_error(target, 1, "ABDM-1027", message);
    stage.push(&person, &stage.visit(2)).await?;
    let call = stage.call(since, Operation::GenerateToken, about(person.address())).await?;
    stage.callback(&call).await?;
    stage.saw("on-generate-token error ABDM-1027 acknowledged");
    stage.push(&person, &stage.visit(1)).await?;
    stage.no_more_than(1, since, Operation::GenerateToken, about(person.address())).await?;
    stage.saw("a second visit asks for no token");
    // The block applies only to this patient.
    let other = stage.person();
    stage.linked_visit(&other, 1).await?;
    stage.saw("another patient was linked meanwhile");
    Ok(())
}

async fn already_linked_is_linked(stage: &SuiteContext<'_>) -> Verdict {
    let message = "This care contexts has been already linked";
    let (person, visit, since) = refused_link(stage, &[("ABDM-1056", message)]).await?;
    stage.no_more_than(1, since, Operation::LinkCareContext, about(person.address())).await?;
    let offered = offers(stage, &person, &visit).await?;
    ensure(!offered, "what was reported as linked is still offered")?;
    stage.saw("ABDM-1056 counts as linked");
    Ok(())
}

async fn token_is_dropped_and_redone(stage: &SuiteContext<'_>) -> Verdict {
    let message = "ABHA address does not match the link token";
    let (person, visit, since) = refused_link(stage, &[("ABDM-1038", message)]).await?;
    let redone = |calls: usize| move |entries: usize| entries >= calls;
    wait_for(stage, since, Operation::LinkCareContext, &person, redone(2)).await?;
    let links = stage.calls(since, Operation::LinkCareContext, about(person.address()));
    stage.callback(&links[1]).await?;
    ensure(stage.is_linked(&person, &visit), "the second link was not made")?;
    let tokens = stage.calls(since, Operation::GenerateToken, about(person.address())).len();
    ensure(tokens == 2, format!("{tokens} tokens were asked for, two are right"))?;
    let other = links[0].header("X-LINK-TOKEN") != links[1].header("X-LINK-TOKEN");
    ensure(other, "the refused token was used again")?;
    stage.saw("ABDM-1038: token dropped, asked for again, linked");
    Ok(())
}

async fn token_is_redone_once(stage: &SuiteContext<'_>) -> Verdict {
    let message = "ABHA address does not match the link token";
    let (person, _, since) = refused_link(stage, &[("ABDM-1038", message); 2]).await?;
    wait_for(stage, since, Operation::LinkCareContext, &person, |calls| calls >= 2).await?;
    stage.no_more_than(2, since, Operation::LinkCareContext, about(person.address())).await?;
    stage.no_more_than(2, since, Operation::GenerateToken, about(person.address())).await?;
    stage.saw("a second ABDM-1038 ends it");
    Ok(())
}

async fn status_alone_says_no(stage: &SuiteContext<'_>) -> Verdict {
    let (person, visit, since) = refused_link(stage, &[]).await?;
    still_to_be_linked(stage, &person, &visit, since).await?;
    stage.saw("a failed status without error is no link");
    Ok(())
}

async fn refusal_without_a_word(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let (since, visit) = (stage.now(), stage.visit(1));
    let target = mentioning(Operation::LinkCareContext, person.address());
    stage.sandbox.faults().refuse(target, 1, 400, Value::Null);
    stage.push(&person, &visit).await?;
    let link = stage.call(since, Operation::LinkCareContext, about(person.address())).await?;
    ensure(
        link.status == Some(400) && link.answer == Value::Null,
        "the simulator refused otherwise",
    )?;
    stage.saw("link/carecontext 400 with an empty body");
    still_to_be_linked(stage, &person, &visit, since).await
}

/// A failed link is retried, or the visit is offered in a discovery.
async fn still_to_be_linked(
    stage: &SuiteContext<'_>,
    person: &Person,
    visit: &Visit,
    since: usize,
) -> Verdict {
    stage.watch().await;
    if stage.calls(since, Operation::LinkCareContext, about(person.address())).len() > 1 {
        stage.saw("the link was tried again");
        return Ok(());
    }
    let offered = offers(stage, person, visit).await?;
    stage.saw(format!("the visit is offered: {offered}"));
    ensure(offered, "a link that failed counts as made")
}

async fn session_is_renewed(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let since = stage.now();
    let target = mentioning(Operation::GenerateToken, person.address());
    stage.sandbox.faults().end_session(target, 1);
    stage.linked_visit(&person, 1).await?;
    let calls = stage.calls(since, Operation::GenerateToken, about(person.address()));
    ensure(calls.len() >= 2, "generate-token was not repeated after 900901")?;
    let fresh = calls[0].request_id != calls[1].request_id;
    stage.saw(format!("repeated after 900901, fresh REQUEST-ID: {fresh}"));
    ensure(
        calls[0].header("Authorization") != calls[1].header("Authorization"),
        "the session that was refused was used again",
    )
}

async fn every_form_is_read(stage: &SuiteContext<'_>) -> Verdict {
    for form in ErrorForm::ALL {
        let person = stage.person();
        let since = stage.now();
        let words = ("ABDM-1024", "Dependent service unavailable");
        let target = mentioning(Operation::GenerateToken, person.address());
        stage.sandbox.faults().refuse_in_form(target, 1, 503, form, words);
        stage.linked_visit(&person, 1).await?;
        let calls = stage.calls(since, Operation::GenerateToken, about(person.address())).len();
        stage.saw(format!("503 as {form:?}: linked after {calls} calls"));
    }
    Ok(())
}

/// A visit whose first links are accepted, and then refused in the callback with these codes and texts.
///
/// Without codes, the callback of the first link has a failed status and no error.
async fn refused_link(
    stage: &SuiteContext<'_>,
    errors: &[(&str, &str)],
) -> Verdict<(Person, Visit, usize)> {
    let person = stage.person();
    let (since, visit) = (stage.now(), stage.visit(1));
    let faults = stage.sandbox.faults();
    let target = mentioning(Operation::LinkCareContext, person.address());
    for (nth, (code, message)) in (1..).zip(errors) {
        faults.answer_with_error(target.clone(), nth, code, message);
    }
    if errors.is_empty() {
        faults.fail_link_without_error(target, 1);
    }
    stage.push(&person, &visit).await?;
    let link = stage.call(since, Operation::LinkCareContext, about(person.address())).await?;
    stage.callback(&link).await?;
    stage.saw(format!(
        "on_carecontext acknowledged: {}",
        errors.first().map_or("failed status", |it| it.0)
    ));
    Ok((person, visit, since))
}

async fn wait_for(
    stage: &SuiteContext<'_>,
    since: usize,
    operation: Operation,
    person: &Person,
    enough: impl Fn(usize) -> bool,
) -> Verdict {
    let count = || {
        let calls = stage.calls(since, operation, about(person.address()));
        calls.iter().filter(|call| call.status.is_some()).count()
    };
    let seen = stage.sandbox.journal().wait_until(stage.patience(), |_| enough(count())).await;
    ensure(seen.is_ok(), format!("{} calls of {} in time", count(), operation.name()))
}
