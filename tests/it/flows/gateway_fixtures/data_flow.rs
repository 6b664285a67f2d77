//! 34 to 41 and 44: what leaves, and what does not.

use hip_sandbox::Operation;
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};

use super::stage::{Stage, fixture};

/// The patient's visits and the consents of 27, 28 and 29.
async fn with_consents() -> Option<Stage> {
    let stage = Stage::with_unlinked_visits().await?;
    for number in [27, 28, 29] {
        stage.ask(number, Operation::ConsentOnNotify).await;
    }
    Some(stage)
}

/// A fixture whose pages go to the simulator.
fn pushed_to(stage: &Stage, number: u32) -> Value {
    let mut fixture = fixture(number);
    fixture["body"]["hiRequest"]["dataPushUrl"] = json!(stage.world.sandbox.hiu_push_url());
    fixture
}

/// The last word on a transfer.
async fn notified(stage: &Stage, transaction: &Value) -> Value {
    let journal = stage.world.sandbox.journal();
    let told = journal.wait_for(PATIENCE, |entry| {
        entry.operation == Some(Operation::DataFlowNotify)
            && entry.body["notification"]["transactionId"] == *transaction
    });
    told.await.unwrap().body["notification"].clone()
}

#[tokio::test]
async fn fixtures_34_35_and_44_are_transferred() {
    let Some(stage) = with_consents().await else { return };
    for (number, pages) in [(34, 4), (35, 6), (44, 4)] {
        stage.take(Operation::Push, pages);
        stage.take(Operation::DataFlowNotify, 1);
        let request = pushed_to(&stage, number);
        let transaction = request["body"]["transactionId"].clone();
        let answer = stage.ask_with(&request, Operation::OnRequest).await;
        let accepted = json!({ "transactionId": transaction, "sessionStatus": "ACKNOWLEDGED" });
        assert_eq!(answer["hiRequest"], accepted, "{number}");
        let told = notified(&stage, &transaction).await;
        assert_eq!(told["statusNotification"]["sessionStatus"], "TRANSFERRED", "{number}");
        let responses = told["statusNotification"]["statusResponses"].as_array().unwrap();
        assert_eq!(responses.len(), 2);
        assert!(responses.iter().all(|response| response["hiStatus"] == "DELIVERED"));
        let entries = stage.world.sandbox.journal().snapshot();
        let sent: Vec<_> = entries
            .iter()
            .filter(|entry| entry.operation == Some(Operation::Push))
            .filter(|entry| entry.body["transactionId"] == transaction)
            .collect();
        assert_eq!(sent.len() as u64, pages, "{number}");
        for page in sent {
            assert_eq!(page.body["keyMaterial"]["curve"], "Curve25519");
            assert_eq!(page.body["entries"].as_array().unwrap().len(), 1);
        }
    }
    assert_eq!(stage.world.sandbox.journal().count(Operation::DataFlowNotify), 3);
}

#[tokio::test]
async fn fixtures_36_to_41_are_refused_and_nothing_leaves() {
    let Some(stage) = with_consents().await else { return };
    for (number, code) in [
        (36, "ABDM-1031"),
        (37, "ABDM-1112"),
        (38, "ABDM-1063"),
        (39, "ABDM-1061"),
        (40, "ABDM-1031"),
        (41, "ABDM-1031"),
    ] {
        stage.take(Operation::DataFlowNotify, u64::from(number != 37));
        let answer = stage.ask(number, Operation::OnRequest).await;
        assert_eq!(answer["error"]["code"], code, "{number}");
        assert!(answer.get("hiRequest").is_none());
        if number != 37 {
            let transaction = fixture(number)["body"]["transactionId"].clone();
            let told = notified(&stage, &transaction).await;
            assert_eq!(told["statusNotification"]["sessionStatus"], "FAILED", "{number}");
        }
    }
    stage.world.until_idle().await;
    assert_eq!(stage.world.sandbox.journal().count(Operation::Push), 0);
    assert_eq!(stage.world.sandbox.journal().count(Operation::DataFlowNotify), 5);
}

#[tokio::test]
async fn the_same_transaction_under_another_request_is_answered_and_sends_nothing_twice() {
    let Some(stage) = with_consents().await else { return };
    stage.take(Operation::Push, 4);
    stage.take(Operation::DataFlowNotify, 1);
    let mut request = pushed_to(&stage, 34);
    let transaction = request["body"]["transactionId"].clone();
    stage.ask_with(&request, Operation::OnRequest).await;
    notified(&stage, &transaction).await;
    request["headers"]["REQUEST-ID"] = json!("00000000-0000-4000-8000-000000000934");
    let answer = stage.ask_with(&request, Operation::OnRequest).await;
    assert_eq!(answer["hiRequest"]["sessionStatus"], "ACKNOWLEDGED");
    stage.world.until_idle().await;
    assert_eq!(stage.world.sandbox.journal().count(Operation::Push), 4);
    assert_eq!(stage.world.sandbox.journal().count(Operation::DataFlowNotify), 1);
}
