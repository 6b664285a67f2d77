//! A minute of the campaign: nodes, wires and the primary are broken, and nothing is lost, doubled or leaked.

use std::process::{Command, Stdio};

use hip_tests::process::hip_binary;
use serde_json::Value;

/// The same blows in the same order each time; what falls between them is the machine's.
const SEED: &str = "15";

#[test]
fn a_minute_of_it_loses_doubles_and_leaks_nothing() {
    let output = Command::new(hip_binary())
        .args([
            "sandbox",
            "campaign",
            "--seconds",
            "60",
            "--patients",
            "3",
            "--json",
            "--seed",
            SEED,
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let verdict: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}"));
    assert!(output.status.success(), "{verdict:#}\n{told}");
    for kind in ["lost", "doubled", "leaked", "violations", "unanswered", "givenUp"] {
        assert_eq!(verdict[kind].as_array().map(Vec::len), Some(0), "{kind}: {verdict:#}");
    }
    assert_eq!(verdict["isChainWhole"], true, "{verdict:#}");
    assert!(verdict["settledAfterMs"].is_u64(), "{verdict:#}");
    for blow in ["kill", "stop", "freeze", "cut", "half-open", "promote"] {
        assert!(verdict["blows"][blow].as_u64() >= Some(1), "no {blow}: {verdict:#}");
    }
    // Nothing came twice where there was something to compare.
    for operation in [
        "link-care-context",
        "on-discover",
        "consent-on-notify",
        "on-request",
        "data-flow-notify",
        "push",
    ] {
        assert!(verdict["compared"][operation].as_u64() > Some(0), "no {operation}: {verdict:#}");
    }
    let count = |what: &str| verdict[what].as_u64().unwrap_or_default();
    assert!(
        count("visits") > 0 && count("transfersWhole") > 0 && count("revoked") > 0,
        "{verdict:#}"
    );
}
