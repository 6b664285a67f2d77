//! 14 to 18 and 43: one patient, or none.

use hip_sandbox::Operation;
use serde_json::{Value, json};

use super::stage::{Patient, Stage, visit};

fn references(answer: &Value) -> Vec<&str> {
    let mut references: Vec<_> = answer["patient"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|patient| patient["careContexts"].as_array().unwrap())
        .map(|care_context| care_context["referenceNumber"].as_str().unwrap())
        .collect();
    references.sort_unstable();
    references.dedup();
    references
}

#[tokio::test]
async fn fixtures_14_15_and_16_find_the_patient() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    for (number, matched_by) in [
        (14, json!(["ABHA_ADDRESS", "ABHA_NUMBER"])),
        (15, json!(["MOBILE", "MR"])),
        (16, json!(["MOBILE"])),
    ] {
        let answer = stage.ask(number, Operation::OnDiscover).await;
        assert_eq!(answer["matchedBy"], matched_by, "{number}: {answer}");
        assert_eq!(references(&answer), ["30027000000541", "30027000000588"], "{number}");
        assert!(answer.get("error").is_none());
        assert!(!answer.to_string().contains("Headache"), "nothing clinical");
    }
}

#[tokio::test]
async fn fixtures_17_and_18_find_nobody() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    for beneficiary in ["8001", "8002"] {
        let asha = Patient {
            beneficiary,
            name: "Asha Patil",
            born: "2001-02-03",
            phone: "9800000777",
            abha: None,
        };
        stage.world.push(&visit(&format!("3002{beneficiary}"), &asha, "Fever")).await;
    }
    stage.world.until("care_context.registered", 4).await;
    for (number, message) in [(17, "Patient not found"), (18, "Multiple patients found")] {
        let answer = stage.ask(number, Operation::OnDiscover).await;
        assert_eq!(answer["error"], json!({ "code": "ABDM-1010", "message": message }));
        assert!(answer.get("patient").is_none() && answer.get("matchedBy").is_none());
    }
}

#[tokio::test]
async fn fixture_43_is_answered_in_its_own_dialect() {
    let Some(stage) = Stage::with_unlinked_visits().await else { return };
    let answer = stage.ask(43, Operation::OnDiscover).await;
    assert_eq!(answer["resp"]["requestId"], "00000000-0000-4000-8000-000000000601");
    assert!(answer["requestId"].is_string() && answer["timestamp"].is_string());
    assert!(answer.get("response").is_none());
    assert_eq!(answer["patient"]["referenceNumber"], "7001");
    assert_eq!(answer["patient"]["careContexts"].as_array().unwrap().len(), 2);
}
