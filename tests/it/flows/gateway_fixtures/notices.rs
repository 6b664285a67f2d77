//! 10 to 13 and 42: what became of news that we sent, and a profile that is shared.

use hip_sandbox::Operation;
use serde_json::Value;

use super::stage::{MEERA, Patient, Stage, answering, fixture, visit};

#[tokio::test]
async fn fixtures_10_and_11_are_noted_on_the_news_of_a_linked_care_context() {
    for (number, code) in [(10, Value::Null), (11, Value::from("ABDM-1057"))] {
        let Some(stage) = Stage::start().await else { return };
        stage.world.push(&visit("30027000000541", &MEERA, "Headache")).await;
        stage.world.until("visit.linked", 1).await;
        stage.world.sandbox.faults().silence(Operation::ContextNotify, 1);
        stage.world.push(&visit("30027000000541", &MEERA, "Headache and fever")).await;
        let call = stage.call(Operation::ContextNotify, 1).await;
        stage.post(&answering(number, &call)).await;
        stage.world.until("outbound.answered", 1).await;
        assert_eq!(stage.events("outbound.answered").await[0]["code"], code);
    }
}

#[tokio::test]
async fn fixtures_12_and_13_are_noted_on_the_text_message() {
    for (number, code) in [(12, Value::Null), (13, Value::from("ABDM-1008"))] {
        let Some(stage) = Stage::start().await else { return };
        stage.world.sandbox.faults().silence(Operation::SmsNotify, 1);
        let without = Patient { abha: None, ..MEERA };
        stage.world.push(&visit("30027000000541", &without, "Headache")).await;
        let call = stage.call(Operation::SmsNotify, 1).await;
        stage.post(&answering(number, &call)).await;
        stage.world.until("outbound.answered", 1).await;
        assert_eq!(stage.events("outbound.answered").await[0]["code"], code);
    }
}

#[tokio::test]
async fn fixture_42_gets_a_place_in_the_queue() {
    let Some(stage) = Stage::start().await else { return };
    let answer = stage.ask(42, Operation::OnShare).await;
    let acknowledgement = &answer["acknowledgement"];
    assert_eq!(acknowledgement["status"], "SUCCESS");
    assert_eq!(acknowledgement["abhaAddress"], "meera.k22@sbx");
    assert_eq!(acknowledgement["profile"]["context"], "12");
    assert_eq!(acknowledgement["profile"]["tokenNumber"], "0001");
    assert_eq!(acknowledgement["profile"]["expiry"], 1800);
    let mut unserved = fixture(42);
    unserved["headers"]["REQUEST-ID"] = Value::from("00000000-0000-4000-8000-000000000942");
    unserved["body"]["intent"] = Value::from("PAYMENT_SHARE");
    let answer = stage.ask_with(&unserved, Operation::OnShare).await;
    assert_eq!(answer["error"]["code"], "ABDM-1149");
}
