//! A byte order mark, which some editors put in front of a file, is no part of what the file says.

use std::path::Path;
use std::process::Output;

use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::world::API_KEY;
use serde_json::{Value, json};

const MARK: &str = "\u{feff}";

fn add_mark(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(!text.starts_with(MARK));
    std::fs::write(path, format!("{MARK}{text}")).unwrap();
}

fn write(world: &World, name: &str, text: &str) -> String {
    let path = world.launch.data_dir().join(name);
    std::fs::write(&path, format!("{MARK}{text}")).unwrap();
    path.display().to_string()
}

fn assert_done(done: &Output) {
    let said = String::from_utf8_lossy(&[&done.stdout[..], &done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
}

#[tokio::test]
async fn it_is_skipped_in_every_file_that_is_given() {
    let world = World::create().await;
    // The configuration, and the key-encryption key that the first start made.
    add_mark(&world.launch.config);
    world.launch.start().await.kill();
    let kek = world.launch.data_dir().join("kek");
    add_mark(&kek);
    let _hip = world.launch.start().await;

    let url = ["--url", &world.launch.url];
    let one = write(&world, "visit.json", &visit("8301", false).to_string());
    assert_done(&world.hip(&["visit", "validate", &one]).await);
    assert_done(&world.hip(&[&["visit", "push"], &url[..], &[&one]].concat()).await);
    let lines = format!("{}\n{}\n", visit("8302", false), visit("8303", false));
    let lines = write(&world, "visits.ndjson", &lines);
    assert_done(&world.hip(&[&["visit", "push"], &url[..], &[&lines]].concat()).await);
    assert_eq!(world.count("visit.recorded").await, 3);

    let out = world.launch.data_dir().join("bundles");
    let out_text = out.display().to_string();
    assert_done(&world.hip(&["bundle", "build", &one, "--out", &out_text]).await);
    let built = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let bundle = built.filter(|path| path.extension().is_some_and(|end| end == "json")).min();
    let bundle = bundle.unwrap();
    add_mark(&bundle);
    let bundle = bundle.display().to_string();
    assert_done(&world.hip(&["bundle", "validate", &bundle]).await);
    assert_done(&world.hip(&["bundle", "render", &bundle]).await);
}

#[tokio::test]
async fn it_is_skipped_in_bodies_that_are_files() {
    let (world, _hip) = World::start().await;
    let client = reqwest::Client::builder().build().unwrap();
    let post = async |path: &str, kind: &str, body: String| {
        let request = client.post(format!("{}{path}", world.launch.url)).bearer_auth(API_KEY);
        let body = format!("{MARK}{body}");
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let document = visit("8304", false).to_string();
    let (status, body) = post("/v1/visits", "application/json", document.clone()).await;
    assert_eq!(status, 201, "{body}");
    // The same push, whether the mark is there or not.
    let request = client.post(format!("{}/v1/visits", world.launch.url)).bearer_auth(API_KEY);
    let request = request.header("content-type", "application/json").body(document);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let patient = json!({ "resourceType": "Patient" }).to_string();
    let (status, outcome) = post("/fhir/$validate", "application/fhir+json", patient).await;
    assert_eq!(status, 200);
    assert!(!outcome.to_string().contains("not JSON"), "{outcome}");
}
