//! 27 to 33: a consent is given, and taken back.

use hip_sandbox::Operation;
use serde_json::json;

use super::stage::{Stage, fixture};

#[tokio::test]
async fn fixtures_27_to_33_are_acknowledged_and_kept() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    for number in 27..=33 {
        let answer = stage.ask(number, Operation::ConsentOnNotify).await;
        let consent = fixture(number)["body"]["notification"]["consentId"].clone();
        assert_eq!(answer["acknowledgement"], json!({ "status": "OK", "consentId": consent }));
        assert!(answer.get("error").is_none());
    }
    stage.world.until_idle().await;
    assert_eq!(stage.world.count("consent.granted").await, 3);
    assert_eq!(stage.world.count("consent.revoked").await, 1, "said twice, once in the log");
    assert_eq!(stage.world.count("consent.denied").await, 1);
    let status: String = sqlx::query_scalar(
        "SELECT status FROM hip.consent WHERE consent_id = '00000000-0000-4000-8000-000000000401'",
    )
    .fetch_one(&stage.world.pool)
    .await
    .unwrap();
    assert_eq!(status, "revoked");
}

#[tokio::test]
async fn a_grant_that_comes_after_its_end_opens_nothing() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    stage.ask(31, Operation::ConsentOnNotify).await;
    let answer = stage.ask(27, Operation::ConsentOnNotify).await;
    assert_eq!(answer["acknowledgement"]["status"], "OK");
    assert_eq!(stage.world.count("consent.granted").await, 0);
    let answer = stage.ask(34, Operation::OnRequest).await;
    assert_eq!(answer["error"]["code"], "ABDM-1062");
}
