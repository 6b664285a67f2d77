//! Notifications: further documents of a linked visit, and a visit of a patient without ABHA.

use serde_json::Value;

use super::case::{Verdict, ensure};
use super::context::SuiteContext;
use super::discovery::{ask, offers};
use super::watch::mentioning;
use crate::journal::Entry;
use crate::phr::DiscoverRequest;
use crate::wire::operation::Operation;

pub(super) const FLOW: &str = "notifying";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_CONTEXT_NOTIFY", FLOW, further_documents(stage)).await;
    stage.case("X_CONTEXT_NOTIFY_ERRORED", FLOW, further_documents_in_vain(stage)).await;
    stage.case("HIP_INIT_NOTIFY_HIECM", FLOW, text_message_then_discovery(stage)).await;
    stage.case("X_SMS_NOTIFY_1008", FLOW, text_message_in_vain(stage)).await;
}

fn about_visit(code: &str) -> impl Fn(&Entry) -> bool {
    move |entry| {
        entry.body["notification"]["careContext"]["careContextReference"].as_str() == Some(code)
    }
}

async fn further_documents(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let visit = stage.linked_visit(&person, 1).await?;
    let since = stage.now();
    stage.push(&person, &visit.clone().with_vitals()).await?;
    let call = stage.call(since, Operation::ContextNotify, about_visit(&visit.code)).await?;
    let callback = stage.callback(&call).await?;
    let status = &callback.body["acknowledgement"]["status"];
    ensure(status == "SUCCESS", "the gateway does not know the care context")?;
    let kinds = &call.body["notification"]["hiTypes"];
    stage.saw(format!("context/notify with {kinds}, on-notify SUCCESS acknowledged"));
    // Vital signs change the consultation's document. They add a separate document if the HIP supports it.
    ensure(kinds.as_array().is_some_and(|it| !it.is_empty()), "it names no hi type")
}

/// The gateway accepts the notification and refuses it in the callback: the HIP must tolerate it.
async fn further_documents_in_vain(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let visit = stage.linked_visit(&person, 1).await?;
    let since = stage.now();
    let faults = stage.sandbox.faults();
    let target = mentioning(Operation::ContextNotify, &visit.code);
    faults.answer_with_error(target, 1, "ABDM-1057", "Invalid Care Contexts");
    stage.push(&person, &visit.clone().with_vitals()).await?;
    let call = stage.call(since, Operation::ContextNotify, about_visit(&visit.code)).await?;
    stage.callback(&call).await?;
    stage.saw("on-notify ERRORED acknowledged");
    Ok(())
}

fn to(mobile: &str) -> impl Fn(&Entry) -> bool {
    move |entry| {
        let number = &entry.body["notification"]["phoneNo"];
        number.as_str().is_some_and(|number| number.ends_with(mobile))
    }
}

async fn text_message_then_discovery(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let (since, visit) = (stage.now(), stage.visit(1).without_abha());
    stage.push(&person, &visit).await?;
    let call = stage.call(since, Operation::SmsNotify, to(&person.holder.mobile)).await?;
    let callback = stage.callback(&call).await?;
    ensure(callback.body["acknowledgement"]["status"] == "SUCCESS", "the gateway refused")?;
    stage.saw("sms/notify2 202, on-notify SUCCESS acknowledged");
    ensure(offers(stage, &person, &visit).await?, "discovery does not find the visit")?;
    stage.saw("discovery finds the visit");
    Ok(())
}

/// The gateway's text message fails. The visit can still be discovered.
async fn text_message_in_vain(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let (since, visit) = (stage.now(), stage.visit(1).without_abha());
    let message = "SMS service currently disabled";
    let target = mentioning(Operation::SmsNotify, &person.holder.mobile);
    stage.sandbox.faults().answer_with_error(target, 1, "ABDM-1008", message);
    stage.push(&person, &visit).await?;
    let call = stage.call(since, Operation::SmsNotify, to(&person.holder.mobile)).await?;
    let callback = stage.callback(&call).await?;
    ensure(callback.body["error"] != Value::Null, "the simulator sent no error")?;
    stage.saw("on-notify ERRORED ABDM-1008 acknowledged");
    let request = DiscoverRequest::new(stage.facility(), &person.holder);
    let offer = ask(stage, request).await?;
    ensure(offer.is_ok(), "discovery does not find the visit")
}
