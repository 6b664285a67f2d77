//! 01 to 09: a token or its refusal, a link or its refusal.

use chrono::{DateTime, TimeDelta, Utc};
use hip_sandbox::Operation;
use serde_json::Value;

use super::stage::{MEERA, Stage, answering, fixture, visit};

const CODE: &str = "30027000000541";

/// The service waits for the answer to its token request.
async fn waiting_for_token() -> Option<(Stage, String)> {
    let stage = Stage::start().await?;
    stage.world.sandbox.faults().silence(Operation::GenerateToken, 1);
    stage.world.push(&visit(CODE, &MEERA, "Headache")).await;
    let call = stage.call(Operation::GenerateToken, 1).await;
    Some((stage, call))
}

/// The service waits for the answer to its link request.
async fn waiting_for_link() -> Option<(Stage, String)> {
    let stage = Stage::start().await?;
    stage.world.sandbox.faults().silence(Operation::LinkCareContext, 1);
    stage.world.push(&visit(CODE, &MEERA, "Headache")).await;
    let call = stage.call(Operation::LinkCareContext, 1).await;
    Some((stage, call))
}

#[tokio::test]
async fn fixture_01_stores_the_token_and_links_with_it() {
    let Some((stage, call)) = waiting_for_token().await else { return };
    stage.take(Operation::LinkCareContext, 1);
    stage.post(&answering(1, &call)).await;
    stage.world.until("link_token.issued", 1).await;
    stage.call(Operation::LinkCareContext, 1).await;
    let entries = stage.world.sandbox.journal().snapshot();
    let link = entries.iter().find(|e| e.operation == Some(Operation::LinkCareContext)).unwrap();
    let token = fixture(1)["body"]["linkToken"].as_str().unwrap().to_owned();
    assert_eq!(link.header("x-link-token"), Some(token.as_str()));
    // 90 days at most, also when the token says that it lives longer.
    let expires_at = stage.events("link_token.issued").await[0]["expires_at"].clone();
    let expires_at: DateTime<Utc> = serde_json::from_value(expires_at).unwrap();
    assert!(expires_at <= Utc::now() + TimeDelta::days(90));
}

#[tokio::test]
async fn fixtures_02_and_04_say_what_an_operator_has_to_mend() {
    for (number, code) in [(2, "ABDM-1207"), (4, "ABDM-1051")] {
        let Some((stage, call)) = waiting_for_token().await else { return };
        stage.post(&answering(number, &call)).await;
        stage.world.until("care_context.link_failed", 1).await;
        stage.world.until_idle().await;
        assert_eq!(stage.events("care_context.link_failed").await[0]["code"], code);
        assert_eq!(stage.world.sandbox.journal().count(Operation::GenerateToken), 1);
        let shown = stage.world.show(CODE).await;
        assert_eq!(shown["linkError"]["code"], code);
        assert!(shown["linkError"]["cure"].as_str().unwrap().len() > 20, "{shown}");
    }
}

#[tokio::test]
async fn fixture_03_holds_the_patient_for_a_day() {
    let Some((stage, call)) = waiting_for_token().await else { return };
    stage.post(&answering(3, &call)).await;
    stage.world.until("link_token.rejected", 1).await;
    let until = stage.events("link_token.rejected").await[0]["until"].clone();
    let until: DateTime<Utc> = serde_json::from_value(until).unwrap();
    let wait = until - Utc::now();
    assert!(wait > TimeDelta::hours(23) && wait <= TimeDelta::hours(24), "{wait}");
    // Another visit of the same patient waits, too.
    stage.world.push(&visit("30027000000588", &MEERA, "Headache")).await;
    stage.world.until("link_token.postponed", 1).await;
    stage.world.until_idle().await;
    assert_eq!(stage.world.sandbox.journal().count(Operation::GenerateToken), 1);
}

#[tokio::test]
async fn fixtures_05_and_06_are_a_link() {
    for (number, already) in [(5, false), (6, true)] {
        let Some((stage, call)) = waiting_for_link().await else { return };
        stage.post(&answering(number, &call)).await;
        stage.world.until("visit.linked", 1).await;
        stage.world.until_idle().await;
        assert_eq!(stage.events("care_context.linked").await[0]["already"], already);
        assert_eq!(stage.world.show(CODE).await["linked"], true);
    }
}

#[tokio::test]
async fn fixture_07_drops_the_token_and_links_once_more() {
    let Some((stage, call)) = waiting_for_link().await else { return };
    stage.post(&answering(7, &call)).await;
    stage.world.until("visit.linked", 1).await;
    assert_eq!(stage.world.count("link_token.dropped").await, 1);
    assert_eq!(stage.world.sandbox.journal().count(Operation::GenerateToken), 2);
    assert_eq!(stage.world.sandbox.journal().count(Operation::LinkCareContext), 2);
}

#[tokio::test]
async fn a_new_token_that_is_refused_too_is_the_end_of_it() {
    let Some((stage, call)) = waiting_for_link().await else { return };
    stage.world.sandbox.faults().silence(Operation::LinkCareContext, 1);
    stage.post(&answering(7, &call)).await;
    let call = stage.call(Operation::LinkCareContext, 2).await;
    let mut again = answering(7, &call);
    again["headers"]["REQUEST-ID"] = Value::from("00000000-0000-4000-8000-000000000907");
    stage.post(&again).await;
    stage.world.until("care_context.link_rejected", 2).await;
    stage.world.until_idle().await;
    assert_eq!(stage.world.sandbox.journal().count(Operation::LinkCareContext), 2);
    assert_eq!(stage.world.show(CODE).await["linkError"]["code"], "ABDM-1038");
}

#[tokio::test]
async fn fixtures_08_and_09_are_no_link() {
    for (number, code) in [(8, "ABDM-1037"), (9, "unknown")] {
        let Some((stage, call)) = waiting_for_link().await else { return };
        stage.post(&answering(number, &call)).await;
        stage.world.until("care_context.link_rejected", 1).await;
        stage.world.until_idle().await;
        assert_eq!(stage.events("care_context.link_rejected").await[0]["code"], code);
        assert_eq!(stage.world.count("care_context.linked").await, 0);
        let shown = stage.world.show(CODE).await;
        assert_eq!((&shown["linked"], &shown["linkError"]["code"]), (&false.into(), &code.into()));
    }
}
