//! The simulator's own suite: every flow, success and refusal, against the running service; and what the log
//! proves of it to NHA.

use hip_sandbox::conformance::{self, Hip, Report, StepOutcome, flow_of};
use hip_tests::World;
use hip_tests::person::{FACILITY, SECRETS, mentions};
use hip_tests::world::API_KEY;
use serde_json::Value;
use uuid::Uuid;

use crate::operations::shadow::{differences, shadow};

#[tokio::test]
async fn the_service_passes_the_conformance_suite_and_its_log_proves_it() {
    let sections = "[linking]\nduplicate_window_s = 0\nsms_without_abha = true\n\
                    [transfer]\nconsent_wait_s = 6\n";
    let (world, _hip) = World::start_with(sections).await;
    let hip = Hip {
        url: world.launch.url.clone(),
        api_key: API_KEY.to_owned(),
        facility: FACILITY.to_owned(),
    };
    let report = Box::pin(conformance::run(&world.sandbox, &hip)).await;
    assert!(report.is_passed(), "{report}");

    let picture = world.launch.config.with_file_name("record.png");
    std::fs::write(&picture, "a picture").unwrap();
    let attachment = format!("Health_RECORD_CREATION_101={}", picture.display());
    let config = world.launch.config.display().to_string();
    let arguments = ["cert", "manifest", "--config", &config, "--callback-url", &world.launch.url];
    let [manifest] = &world.hip_json(&arguments).await[..] else { panic!("one object") };
    has_the_form_of_nha(manifest);
    is_true_to(manifest, &report);
    assert_eq!(of(manifest, "Health_RECORD_CREATION_101")["outcome"], "needs-human");

    let with_picture = [&arguments[..], &["--attachment", &attachment]].concat();
    let [manifest] = &world.hip_json(&with_picture).await[..] else { panic!("one object") };
    has_the_form_of_nha(manifest);
    let pictured = of(manifest, "Health_RECORD_CREATION_101");
    assert_eq!(pictured["attachment"], "record.png");
    assert_eq!((&pictured["outcome"], &pictured["evidence"]), (&"passed".into(), &"screen".into()));

    let later = [&arguments[..], &["--since", "2199-01-01T00:00:00Z"]].concat();
    let [nothing] = &world.hip_json(&later).await[..] else { panic!("one object") };
    has_the_form_of_nha(nothing);
    assert!(cases(nothing).iter().all(|case| case["outcome"] != "passed"), "nothing was read");

    // Played with the same code, every flow of the suite leads to what it led to.
    world.until_idle().await;
    let (code, lines, last) = shadow(&world).await;
    assert_eq!(differences(&lines), Vec::<&Value>::new(), "{last:#}");
    assert_eq!((code, &last["readModelsDifferent"]), (0, &0.into()), "{lines:#?}");
}

fn cases(manifest: &Value) -> &Vec<Value> {
    manifest["cases"].as_array().expect("cases")
}

fn of<'a>(manifest: &'a Value, id: &str) -> &'a Value {
    cases(manifest).iter().find(|case| case["id"] == id).expect(id)
}

/// NHA's form, read anew from its description.
fn has_the_form_of_nha(manifest: &Value) {
    const TOP: [&str; 9] = [
        "skill",
        "set",
        "entity",
        "hip_id",
        "callback_url",
        "run_started",
        "run_finished",
        "client_id",
        "cases",
    ];
    let members: Vec<&String> = manifest.as_object().unwrap().keys().collect();
    assert!(members.len() == TOP.len() && TOP.iter().all(|name| manifest.get(name).is_some()));
    assert_eq!(manifest["skill"], "abdm-m2");
    assert_eq!(manifest["set"], "M2 Building HIP, NHA, August 2022 sheet");
    for at in ["run_started", "run_finished"] {
        let at = manifest[at].as_str().unwrap();
        assert!(at.len() == 20 && at.ends_with('Z'), "{at}: seconds, UTC");
    }
    assert_eq!(cases(manifest).len(), 38);
    for case in cases(manifest) {
        let has = |name: &str| case.get(name).is_some();
        let known = [
            "id",
            "outcome",
            "evidence",
            "request_ids",
            "observed",
            "attachment",
            "rule",
            "reason",
        ];
        assert!(
            case.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())),
            "{case}"
        );
        let outcome = case["outcome"].as_str().unwrap();
        let reasoned = has("reason");
        match outcome {
            "passed" if case["evidence"] == "screen" => {
                assert!(has("attachment") && !reasoned, "{case}");
            }
            "passed" | "failed" => {
                assert_eq!(case["evidence"], "sandbox", "{case}");
                assert!(!case["observed"].as_array().unwrap().is_empty() && !reasoned, "{case}");
            }
            "needs-human" => assert!(case["evidence"] == "human" && reasoned, "{case}"),
            "not-run" => assert!(!has("evidence") && reasoned, "{case}"),
            other => panic!("{other} is no outcome"),
        }
        for id in case["request_ids"].as_array().into_iter().flatten() {
            assert!(Uuid::parse_str(id.as_str().unwrap()).is_ok());
        }
    }
    let text = manifest.to_string();
    assert!(!text.contains("eyJ"), "no token");
    assert!(SECRETS.iter().all(|secret| !mentions(&text, secret)), "nothing of a record");
}

/// The simulator has driven the same cases from outside: what passed there is proved here, and by calls that
/// the simulator has seen.
fn is_true_to(manifest: &Value, report: &Report) {
    let seen: Vec<&String> = report.cases.iter().flat_map(|case| &case.request_ids).collect();
    for case in cases(manifest) {
        let id = case["id"].as_str().unwrap();
        for request in case["request_ids"].as_array().into_iter().flatten() {
            assert!(seen.iter().any(|seen| *seen == request.as_str().unwrap()), "{id}: {request}");
        }
        let driven = flow_of(id).is_some();
        let passed =
            report.case(id).is_some_and(|simulator| simulator.outcome == StepOutcome::Passed);
        assert_eq!(driven, passed, "{id}");
        let wanted = match id {
            // A screen decides them.
            "HIP_INTI_LINK_506" | "USER_INIT_LINK_607" | "Health_RECORD_CREATION_101" => {
                "needs-human"
            }
            _ if driven => "passed",
            _ if report.case(id).is_some_and(|simulator| {
                simulator.reason.as_deref() == Some("no operation in the M2 specification")
            }) =>
            {
                "not-run"
            }
            _ => "needs-human",
        };
        assert_eq!(case["outcome"], wanted, "{case}");
    }
}
