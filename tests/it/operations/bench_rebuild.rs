//! `hip bench rebuild`, small: what it promises holds, whatever its figures are.

use hip_tests::process::hip_binary;
use serde_json::Value;

#[tokio::test]
async fn reads_are_right_while_every_read_model_is_built_anew() {
    let server = std::env::var("HIP_TEST_PG").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let output = tokio::process::Command::new(hip_binary())
        .arg("--data-dir")
        .arg(dir.path())
        .args(["bench", "rebuild", "--json", "--events", "500", "--visits-per-s", "2"])
        .args(["--url", &server])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["reads"]["count"].as_u64().unwrap() > 0);
    assert_eq!(report["reads"]["wrong"], 0);
    assert!(report["wrote"].as_u64().unwrap() > 0);
    assert_eq!(report["missing"], 0);
    let rows = report["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["isSame"] == true), "{rows:#?}");
    let of = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap()["rows"].as_i64();
    for name in ["visit", "callback", "resource_documents", "patient_care_contexts"] {
        assert!(of(name).unwrap() >= 11, "{name} is empty");
    }
}
