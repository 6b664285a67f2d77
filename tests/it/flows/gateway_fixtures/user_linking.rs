//! 19 to 26: a patient chooses, and proves.

use hip_sandbox::Operation;
use serde_json::{Value, json};

use super::stage::{Stage, fixture};

/// Discovered as 14 or 15, then chosen as `init`; the reference of the link and its OTP.
async fn begun(stage: &Stage, discover: u32, init: u32) -> (String, String) {
    stage.ask(discover, Operation::OnDiscover).await;
    let texts = stage.world.sandbox.sms().texts("9800000101").len();
    let answer = stage.ask(init, Operation::OnInit).await;
    assert!(answer.get("error").is_none(), "{answer}");
    let link = &answer["link"];
    assert_eq!(link["authenticationType"], "DIRECT");
    assert_eq!(link["meta"]["communicationMedium"], "MOBILE");
    assert_eq!(link["meta"]["communicationHint"], "******0101");
    let otp = stage.world.sandbox.sms().wait_for_otp("9800000101", texts).await.unwrap();
    assert!(!answer.to_string().contains(&otp));
    (link["referenceNumber"].as_str().unwrap().to_owned(), otp)
}

fn confirming(number: u32, reference: &str, token: &Value) -> Value {
    let mut fixture = fixture(number);
    fixture["body"]["confirmation"] = json!({ "token": token, "linkRefNumber": reference });
    fixture
}

fn chosen(answer: &Value) -> Vec<(String, String)> {
    let mut chosen = Vec::new();
    for patient in answer["patient"].as_array().unwrap() {
        assert_eq!(patient["count"], patient["careContexts"].as_array().unwrap().len());
        for care_context in patient["careContexts"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            chosen.push((text(&patient["hiType"]), text(&care_context["referenceNumber"])));
        }
    }
    chosen.sort();
    chosen
}

#[tokio::test]
async fn fixtures_19_and_23_link_exactly_what_was_chosen() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    let (reference, otp) = begun(&stage, 15, 19).await;
    let confirm = confirming(23, &reference, &json!(otp));
    let answer = stage.ask_with(&confirm, Operation::OnConfirm).await;
    let pair = |kind: &str, reference: &str| (kind.to_owned(), reference.to_owned());
    let expected = [
        pair("OPConsultation", "30027000000541"),
        pair("Prescription", "30027000000541"),
        pair("Prescription", "30027000000588"),
    ];
    assert_eq!(chosen(&answer), expected);
    stage.world.until("care_context.linked", 2).await;
    // The OTP is nowhere in clear.
    let kept: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.event WHERE position(convert_to($1, 'UTF8') IN body) > 0",
    )
    .bind(&otp)
    .fetch_one(&stage.world.pool)
    .await
    .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn fixtures_20_and_24_do_with_the_least_that_a_message_can_have() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    let (reference, otp) = begun(&stage, 14, 20).await;
    let number: u64 = otp.parse().unwrap();
    let confirm = confirming(24, &reference, &json!(number));
    let answer = stage.ask_with(&confirm, Operation::OnConfirm).await;
    assert_eq!(chosen(&answer), [("OPConsultation".to_owned(), "30027000000541".to_owned())]);
    stage.world.until("care_context.linked", 1).await;
}

#[tokio::test]
async fn fixtures_21_and_22_are_refused() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    stage.ask(15, Operation::OnDiscover).await;
    for (number, code) in [(21, "ABDM-1017"), (22, "ABDM-1057")] {
        let answer = stage.ask(number, Operation::OnInit).await;
        assert_eq!(answer["error"]["code"], code, "{number}");
        assert!(answer.get("link").is_none());
    }
    assert!(stage.world.sandbox.sms().texts("9800000101").is_empty());
}

#[tokio::test]
async fn fixtures_25_and_26_are_refused_and_the_right_otp_still_counts() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    let (reference, otp) = begun(&stage, 15, 19).await;
    let wrong = if otp == "111111" { "111112" } else { "111111" };
    let confirm = confirming(25, &reference, &json!(wrong));
    let answer = stage.ask_with(&confirm, Operation::OnConfirm).await;
    assert_eq!(answer["error"]["code"], "ABDM-1035");
    let answer = stage.ask(26, Operation::OnConfirm).await;
    assert_eq!(answer["error"]["code"], "ABDM-1056");
    assert!(answer.get("patient").is_none());
    let confirm = confirming(23, &reference, &json!(otp));
    let answer = stage.ask_with(&confirm, Operation::OnConfirm).await;
    assert_eq!(chosen(&answer).len(), 3);
}
