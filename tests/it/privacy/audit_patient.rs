//! Whose records went to whom, and who has looked: told to an auditor, and remembered.

use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::world::{API_KEY, key_of};
use serde_json::{Value, json};

use crate::privacy::nothing_personal::play;

async fn ask(world: &World, key: &str, question: &Value) -> (u16, Value) {
    let client = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/v1/audit/patients", world.launch.url);
    let asked = client.post(url).bearer_auth(key).header("content-type", "application/json");
    let answer = asked.body(question.to_string()).patiently().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn audit(world: &World, named: &[&str]) -> Value {
    let arguments = [&["audit", "patient", "--json", "--url", &world.launch.url], named].concat();
    let [told] = <[Value; 1]>::try_from(world.hip_json(&arguments).await).unwrap();
    told
}

const OTHER: &str = "[[facility]]\nid = \"IN0610099002\"\nname = \"PHC Other\"\n";

/// An auditor of the other facility.
fn client() -> String {
    let digest = hip_infra::config::key_sha256(&key_of("elsewhere"));
    format!(
        "[[client]]\nname = \"elsewhere\"\nroles = [\"auditor\"]\nfacilities = [\"IN0610099002\"]\n\
         key_sha256 = {digest:?}\n"
    )
}

#[tokio::test]
async fn every_disclosure_and_every_look_is_told_until_the_person_is_erased() {
    let (world, _hip) = World::start_with(&[OTHER, &client()].concat()).await;
    play(&world).await;
    let shown = world.show("3002").await;
    let document = shown["documents"][0]["document_id"].as_str().unwrap();
    let url = format!("{}/fhir/Bundle/{document}", world.launch.url);
    let reader = reqwest::Client::builder().build().unwrap();
    assert_eq!(reader.get(url).bearer_auth(API_KEY).patiently().await.unwrap().status(), 200);

    let told = audit(&world, &["--abha", "Kavya.N90@sbx"]).await;
    assert_eq!(told["erased"], false);
    let consent = &told["consents"][0];
    assert_eq!(told["consents"].as_array().unwrap().len(), 1, "{told}");
    assert!(!consent["grant"]["hiu"].is_null());
    let pages = consent["disclosures"][0]["pages"].as_array().unwrap();
    assert!(!pages.is_empty());
    for page in pages {
        assert!(page["takenAt"].is_string() && page["position"].is_i64(), "{page}");
        assert_eq!(page["digest"].as_str().unwrap().len(), 64);
    }
    assert_eq!(told["looks"][0]["what"], "document", "{told}");
    assert_eq!(told["looks"][0]["document"], document);
    assert!(!told.to_string().contains("Kavya"));

    // The question itself was recorded as access, once an hour however often it is asked.
    let told = audit(&world, &["--patient", "88001234"]).await;
    let looks: Vec<&str> =
        told["looks"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(looks, ["audit", "document", "visit"]);
    assert_eq!(told["looks"][0]["who"], "api-key");
    assert_eq!(world.count("access.person_viewed").await, 2);

    let hers = json!({ "abhaAddress": "kavya.n90@sbx" });
    assert_eq!(ask(&world, &key_of("elsewhere"), &hers).await.0, 404);
    let both = json!({ "abhaAddress": "kavya.n90@sbx", "patientReference": "88001234" });
    assert_eq!(ask(&world, API_KEY, &both).await.0, 422);
    assert_eq!(ask(&world, API_KEY, &json!({})).await.0, 422);

    let wish = ["erase", "--url", &world.launch.url, "--patient", "88001234", "--reason", "a wish"];
    assert!(world.hip(&wish).await.status.success());
    let told = audit(&world, &["--patient", "88001234"]).await;
    assert_eq!((&told["erased"], &told["consents"]), (&json!(true), &json!([])), "{told}");
    // A caller who knows the consent can still audit it.
    let id = consent["consent"].as_str().unwrap();
    let alone = world.hip_json(&["audit", "consent", id, "--json"]).await;
    assert_eq!(alone[0]["disclosures"], consent["disclosures"]);
}

#[tokio::test]
async fn a_search_for_a_patient_is_recorded() {
    let (world, _hip) = World::start().await;
    world.push(&hip_tests::person::visit("3501", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let search = |address: &'static str| {
        let url = format!("{}/v1/care-contexts/search", world.launch.url);
        let asked = reqwest::Client::builder().build().unwrap().post(url).bearer_auth(API_KEY);
        asked
            .header("content-type", "application/json")
            .body(json!({ "abhaAddress": address }).to_string())
            .patiently()
    };
    for _ in 0..3 {
        assert_eq!(search("kavya.n90@sbx").await.unwrap().status(), 200);
    }
    assert_eq!(search("somebody.else@sbx").await.unwrap().status(), 200);
    assert_eq!(world.count("access.person_viewed").await, 1);
}
