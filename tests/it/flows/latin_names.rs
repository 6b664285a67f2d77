//! The name that the network is told: in Latin letters, as the record system or the usual spelling has it.

use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::person::visit;
use serde_json::{Value, json};

/// The name in the first request for a link token.
async fn told(beneficiary: Value) -> String {
    let (world, _hip) = World::start().await;
    let mut document = visit("8401", true);
    for (member, value) in beneficiary.as_object().unwrap() {
        document["beneficiary"][member] = value.clone();
    }
    let (status, answer) = world.push(&document).await;
    assert_eq!(status, 201, "{answer}");
    let asked = world.sandbox.journal().wait_for(hip_tests::world::PATIENCE, |entry| {
        entry.operation == Some(Operation::GenerateToken)
    });
    asked.await.unwrap().body["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_in_another_script_is_told_in_its_usual_spelling() {
    assert_eq!(told(json!({ "name": "अमृता पाटील" })).await, "Amrita Patil");
}

#[tokio::test]
async fn a_latin_name_of_the_record_system_always_wins() {
    let given = json!({ "name": "अमृता पाटील", "nameLatin": "Amruta Patil" });
    assert_eq!(told(given).await, "Amruta Patil");
    let parts = json!({ "name": "अमृता पाटील", "firstName": "Amrutha", "lastName": "Patel" });
    assert_eq!(told(parts).await, "Amrutha Patel");
    let other = json!({ "name": "Kavya Nair", "nameLatin": "Kaavya Nayar" });
    assert_eq!(told(other).await, "Kaavya Nayar");
    let of_another_script = json!({ "name": "कविता", "firstName": "कविता", "lastName": "Rao" });
    assert_eq!(told(of_another_script).await, "Kavita");
}

#[tokio::test]
async fn a_latin_name_that_is_none_is_a_fault() {
    let (world, _hip) = World::start().await;
    for wrong in ["अमृता", "", " ", "12", "Amrita <Patil>"] {
        let mut document = visit("8402", true);
        document["beneficiary"]["nameLatin"] = json!(wrong);
        let (status, problem) = world.push(&document).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
        assert_eq!(problem["errors"][0]["path"], "beneficiary.nameLatin");
    }
}
