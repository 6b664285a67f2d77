//! `POST /v1/visits`, from outside.

use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::visit;
use hip_tests::process::hip_binary;
use hip_tests::world::API_KEY;
use serde_json::{Value, json};

#[tokio::test]
async fn a_fault_is_named_with_its_path_and_nothing_is_stored() {
    let (world, _hip) = World::start().await;
    let mut document = visit("3001", true);
    document["beneficiary"]["abhaNumber"] = json!("91-7777");
    document["visit"]["visitDate"] = json!("2026-09-14T10:15:00");
    document["prescriptions"][0]["genericNam"] = json!("x");
    let (status, problem) = world.push(&document).await;
    assert_eq!(status, 422);
    let errors = problem["errors"].as_array().unwrap();
    let mut paths: Vec<_> = errors.iter().map(|error| error["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    let expected = ["beneficiary.abhaNumber", "prescriptions[0].genericNam", "visit.visitDate"];
    assert_eq!(paths, expected);
    assert!(!problem.to_string().contains("91-7777"), "the value is not repeated");
    assert_eq!(world.log.head().await.unwrap(), 0);
}

#[tokio::test]
async fn the_same_push_twice_is_one_visit() {
    let (world, _hip) = World::start().await;
    assert_eq!(world.push(&visit("3001", false)).await.0, 201);
    let head = world.log.head().await.unwrap();
    assert_eq!(world.push(&visit("3001", false)).await.0, 200);
    world.until("care_context.registered", 1).await;
    assert_eq!(world.count("visit.recorded").await, 1);
    assert!(head >= 3);
}

#[tokio::test]
async fn an_amendment_builds_the_documents_anew() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    let mut amended = visit("3001", false);
    amended["eventId"] = json!("11111111-2222-4333-8444-555555555555");
    amended["prescriptions"].as_array_mut().unwrap().clear();
    amended.as_object_mut().unwrap().remove("prescriptions");
    assert_eq!(world.push(&amended).await.0, 201);
    world.until_idle().await;
    assert_eq!(world.count("visit.amended").await, 1);
    let shown = reqwest::Client::builder()
        .build()
        .unwrap()
        .get(format!("{}/v1/visits/3001", world.launch.url))
        .header("x-api-key", API_KEY)
        .patiently()
        .await
        .unwrap()
        .json::<serde_json::Value>()
        .await
        .unwrap();
    assert_eq!(shown["revision"], 2);
    let kinds: Vec<_> = shown["documents"].as_array().unwrap().iter().collect();
    let kinds: Vec<_> = kinds.iter().map(|document| document["hi_type"].clone()).collect();
    assert_eq!(kinds, ["OPConsultation", "DischargeSummary"], "{shown}");
}

#[tokio::test]
async fn other_content_under_a_used_event_id_is_a_conflict() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    let mut changed = visit("3001", false);
    changed["chiefComplaints"][0]["complaint"] = json!("Another");
    let (status, problem) = world.push(&changed).await;
    assert_eq!(status, 409, "{problem}");
}

#[tokio::test]
async fn without_the_key_there_is_no_answer() {
    let (world, _hip) = World::start().await;
    let client = reqwest::Client::builder().build().unwrap();
    for key in [None, Some("wrong")] {
        let mut request = client
            .post(format!("{}/v1/visits", world.launch.url))
            .body(visit("3001", true).to_string());
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let response = request.patiently().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(world.log.head().await.unwrap(), 0);
}

#[tokio::test]
async fn warnings_are_answered_with_the_result_and_shown_later() {
    let (world, _hip) = World::start().await;
    let mut odd = visit("OPD/2026 (7)", false);
    odd["vitals"] = json!({ "systolic": 80, "diastolic": 120 });
    let warning = json!([{
        "path": "vitals.diastolic", "rule": "bloodPressure", "text": "is not below vitals.systolic"
    }]);
    let (status, answer) = world.push(&odd).await;
    assert_eq!(
        (status, &answer["visitCode"], &answer["warnings"]),
        (201, &json!("OPD/2026 (7)"), &warning)
    );
    let (status, again) = world.push(&odd).await;
    assert_eq!((status, &again["warnings"]), (200, &warning));
    let shown = world.show("OPD%2F2026%20(7)").await;
    assert_eq!(shown["warnings"], warning);
    let (_, plain) = world.push(&visit("3001", false)).await;
    assert_eq!(plain.get("warnings"), None);
}

#[tokio::test]
async fn the_command_line_tells_warnings_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        path
    };
    let mut odd = visit("A/1", false);
    odd["vitals"] = json!({ "systolic": 80, "diastolic": 120 });
    let odd = file("odd.json", &odd);
    let run = |arguments: &[&std::ffi::OsStr]| {
        let ran = std::process::Command::new(hip_binary()).args(arguments).output().unwrap();
        let told = [ran.stdout, ran.stderr].map(|text| String::from_utf8(text).unwrap());
        (ran.status.code(), told.concat())
    };
    let (code, told) = run(&["visit".as_ref(), "validate".as_ref(), odd.as_os_str()]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("warning: vitals.diastolic: is not below vitals.systolic"), "{told}");
    let out = folder.path().join("out");
    let build =
        ["bundle".as_ref(), "build".as_ref(), odd.as_os_str(), "--out".as_ref(), out.as_os_str()];
    let (code, told) = run(&build);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("warning: vitals.diastolic"), "{told}");
    assert!(out.join("A_1-1-OPConsultation.json").is_file());
    let empty = file("empty.json", &json!({}));
    for page in [&["--html".as_ref()][..], &[]] {
        let render =
            [&["bundle".as_ref(), "render".as_ref(), empty.as_os_str()][..], page].concat();
        let (code, told) = run(&render);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("not a Bundle"), "{told}");
    }
}
