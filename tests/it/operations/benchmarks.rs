//! `hip bench`, small: what it promises holds, whatever its figures are.

use hip_tests::process::hip_binary;
use serde_json::Value;
use tokio::sync::Mutex;

/// The benchmarks replace the same databases of the server.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The report of a benchmark.
async fn bench(arguments: &[&str]) -> Value {
    let _turn = ONE_AT_A_TIME.lock().await;
    let server = std::env::var("HIP_TEST_PG").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let output = tokio::process::Command::new(hip_binary())
        .arg("--data-dir")
        .arg(dir.path())
        .args(["bench"])
        .args(arguments)
        .args(["--json", "--url", &server])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn reads_are_right_while_every_read_model_is_built_anew() {
    let report = bench(&["rebuild", "--events", "500", "--visits-per-s", "2"]).await;
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

#[tokio::test]
async fn every_discovery_of_a_flow_is_answered_with_its_patient() {
    let small = ["--rounds", "1", "--patients", "20", "--burst", "40", "--seconds", "1"];
    let folder = tempfile::tempdir().unwrap();
    let into = ["--report", folder.path().to_str().unwrap()];
    let report = bench(&[&["flow"], small.as_slice(), into.as_slice()].concat()).await;
    let written = std::fs::read(folder.path().join("flow.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), report);
    let picture = std::fs::read_to_string(folder.path().join("flow.svg")).unwrap();
    assert!(picture.contains("pages a second to one HIU"), "{picture}");
    let round = &report["rounds"][0];
    for (load, figures) in [
        ("burst", ["answeredPerS", "firstMs", "p99Ms"]),
        ("calm", ["p50Ms", "p99Ms", "serviceCpuMs"]),
    ] {
        assert_eq!(round[load]["errorCount"], 0, "{report:#}");
        for figure in figures {
            assert!(round[load][figure].as_f64().is_some_and(|value| value > 0.0), "{report:#}");
        }
    }
    assert!(report["visits"]["perS"].as_f64().unwrap() > 0.0);
    assert!(round["callbacks"]["perS"].as_f64().unwrap() > 0.0);
    assert_eq!(round["transfers"]["pageCount"], 48, "{report:#}");
    assert!(round["transfers"]["toFiftyPerS"].as_f64().unwrap() > 0.0);
    assert_eq!(report["goals"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn a_log_that_grows_is_measured_at_each_size() {
    let small = ["--patients", "20,60", "--rounds", "1", "--seconds", "1"];
    let folder = tempfile::tempdir().unwrap();
    let into = ["--report", folder.path().to_str().unwrap()];
    let report = bench(&[&["growth"], small.as_slice(), into.as_slice()].concat()).await;
    let written = std::fs::read(folder.path().join("growth.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), report);
    let sizes = report["sizes"].as_array().unwrap();
    // The visits of a round are of new patients: as many as the size, at most 500.
    assert_eq!(sizes.iter().map(|size| &size["patients"]).collect::<Vec<_>>(), [40, 120]);
    for size in sizes {
        let round = &size["rounds"][0];
        assert_eq!(round["discoveries"]["errorCount"], 0, "{report:#}");
        assert_eq!(round["transfers"]["pageCount"], 48, "{report:#}");
        assert!(round["rebuiltEventsPerS"].as_f64().unwrap() > 0.0);
        assert!(round["matcher"]["p99Ms"].as_f64().unwrap() > 0.0);
    }
    assert!(sizes[0]["events"].as_i64() < sizes[1]["events"].as_i64());
    let goals = report["goals"].as_array().unwrap();
    assert!(goals.iter().all(|goal| goal["measured"].as_f64().is_some_and(|value| value > 0.0)));
    assert_eq!(goals.len(), 8);
}

#[tokio::test]
async fn a_long_load_says_what_has_grown() {
    let small = ["--stretches", "3", "--seconds", "1", "--per-s", "20", "--patients", "10"];
    let report = bench(&[&["soak"], small.as_slice()].concat()).await;
    let stretches = report["stretches"].as_array().unwrap();
    assert_eq!(stretches.len(), 3);
    for stretch in stretches {
        assert_eq!(stretch["errorCount"], 0, "{report:#}");
        assert!(stretch["memoryMib"].as_f64().unwrap() > 1.0);
    }
    assert!(report["grown"]["es.event"].as_f64().unwrap() > 1_000.0, "{report:#}");
    assert!(report["goals"][0]["measured"].as_f64().unwrap() > 0.0);
}

/// The wrapper itself is not part of the project, so no test runs it.
#[tokio::test]
async fn a_comparison_says_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let jar = dir.path().join("wrapper.jar");
    std::fs::write(&jar, "").unwrap();
    let folder = dir.path().to_str().unwrap();
    for (wrapper, said) in
        [(folder, "build the wrapper first"), (jar.to_str().unwrap(), "--mongod")]
    {
        let output = tokio::process::Command::new(hip_binary())
            .arg("--data-dir")
            .arg(dir.path())
            .args(["bench", "peers", "--wrapper", wrapper, "--mongod", "/no/such/mongod"])
            .output()
            .await
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(said), "{error}");
    }
}
