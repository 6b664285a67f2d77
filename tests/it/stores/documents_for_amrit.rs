//! What AMRIT's FHIR-API finds in `MongoDB` under the preset `amrit`, by its own names and types.

use hip_sandbox::{ApiVersion, Operation, PatientStatus};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::servers::{mongo_database, mongo_url};
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Collection, Database};
use serde_json::{Value, json};

/// A world whose documents are AMRIT's; `None` if the run goes without Mongo.
async fn world() -> Option<(World, Database)> {
    world_with("").await
}

/// The same, with more sections in the provider's configuration.
async fn world_with(sections: &str) -> Option<(World, Database)> {
    let mongo = mongo_url().await?;
    let mut world =
        World::create_with(&format!("[documents]\npreset = \"amrit\"\n{sections}")).await;
    let database = mongo_database(&mongo).await;
    world.launch.environment = vec![("MONGODB_URL", mongo)];
    Some((world, database))
}

async fn only(collection: &Collection<Document>, filter: Document) -> Document {
    assert_eq!(collection.count_documents(filter.clone()).await.unwrap(), 1, "{filter}");
    collection.find_one(filter).await.unwrap().unwrap()
}

fn json_of(document: &Document, name: &str) -> Value {
    serde_json::from_str(document.get_str(name).unwrap()).unwrap()
}

/// The members that are not ours: whose document it is, its generation, its position.
fn names(document: &Document) -> Vec<&str> {
    let is_ours = |name: &str| name.starts_with('_') || name == "subjectId";
    document.keys().map(String::as_str).filter(|name| !is_ours(name)).collect()
}

async fn resources_are_as_amrit_reads_them(database: &Database, code: i64) {
    let resources = database.collection::<Document>("AMRIT_Resource");
    let consultation = doc! { "VisitCode": code, "ResourceType": "OPConsultation" };
    let found = only(&resources, consultation).await;
    assert_eq!(
        names(&found),
        [
            "BeneficiaryID",
            "BeneficiaryRegID",
            "CreateDate",
            "NationalHealthID",
            "ResourceJson",
            "ResourceType",
            "VisitCode"
        ]
    );
    assert_eq!(found.get("BeneficiaryRegID"), Some(&Bson::Int64(88_001_234)));
    assert_eq!(found.get("BeneficiaryID"), Some(&Bson::Int64(88_001_234)));
    assert_eq!(found.get_str("NationalHealthID").unwrap(), "kavya.n90@sbx");
    assert!(found.get_datetime("CreateDate").is_ok(), "a date, not a text");
    assert_eq!(json_of(&found, "ResourceJson")["resourceType"], "Bundle");
}

async fn tokens_are_as_amrit_reads_them(database: &Database) {
    let tokens = database.collection::<Document>("GenerateTokenAbdmResponses");
    let found = only(&tokens, doc! { "abhaAddress": "kavya.n90@sbx" }).await;
    assert_eq!(names(&found), ["abhaAddress", "createdDate", "requestId", "response"]);
    assert!(found.get_datetime("createdDate").is_ok());
    let response = json_of(&found, "response");
    assert!(response["LinkToken"].as_str().is_some_and(|token| token.split('.').count() == 3));
    assert_eq!(response.as_object().unwrap().len(), 1);
}

async fn patients_are_as_amrit_reads_them(database: &Database, codes: &[&str]) {
    let patients = database.collection::<Document>("PatientCareContexts");
    let found = only(&patients, doc! { "HealthId": "kavya.n90@sbx" }).await;
    let text = |name: &str| found.get_str(name).unwrap();
    assert_eq!(text("identifier"), "88001234");
    assert_eq!(text("caseReferenceNumber"), "88001234");
    assert_eq!(text("name"), "Kavya Nair");
    assert_eq!(text("phoneNumber"), "9845012345");
    assert_eq!(text("Gender"), "F");
    assert_eq!(text("yearOfBirth"), "1990");
    assert_eq!(text("HealthNumber"), "91777712345678");
    let list = found.get_array("careContextsList").unwrap();
    let listed: Vec<_> = list
        .iter()
        .map(|entry| entry.as_document().unwrap().get_str("ReferenceNumber").unwrap())
        .collect();
    assert_eq!(listed, codes);
    let first = list[0].as_document().unwrap();
    assert_eq!(first.get_str("abdmFacilityId").unwrap(), FACILITY);
    assert_eq!(first.get_str("Display").unwrap(), "Visit of 14 Sep 2026");
    assert!(first.get_datetime("careContextLinkedDate").is_ok());
}

#[tokio::test]
async fn visits_tokens_answers_and_patients_are_found_by_amrits_names() {
    let Some((world, database)) = world().await else { return };
    let _hip = world.launch.start().await;
    for code in ["5301", "5302"] {
        world.push(&visit(code, true)).await;
        world.until_idle().await;
    }
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    // Once more after each was built anew.
    for _ in 0..2 {
        resources_are_as_amrit_reads_them(&database, 5301).await;
        tokens_are_as_amrit_reads_them(&database).await;
        patients_are_as_amrit_reads_them(&database, &["5301", "5302"]).await;
        world.rebuild_all().await;
    }
    let answers = database.collection::<Document>("NDHMResponses");
    let asked: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT link_request_id FROM hip.care_context ORDER BY 1")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(asked.len(), 2);
    for request in asked {
        let found = only(&answers, doc! { "requestid": request.to_string() }).await;
        assert_eq!(names(&found), ["requestid", "responsedata"]);
        let expected = json!({ "Acknowledgement": { "Status": "SUCCESS" } });
        assert_eq!(json_of(&found, "responsedata"), expected);
    }
}

#[tokio::test]
async fn a_refused_token_has_no_address_and_leaves_the_token_before_it_alone() {
    let Some((world, database)) = world().await else { return };
    let _hip = world.launch.start().await;
    world.push(&visit("5401", true)).await;
    world.until("visit.linked", 1).await;
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1207", "does not match");
    let mut other = visit("5402", true);
    other["beneficiary"]["beneficiaryId"] = json!("88005678");
    other["beneficiary"]["abhaAddress"] = json!("nobody.here@sbx");
    other["beneficiary"]["abhaNumber"] = json!("91-7777-1234-9999");
    world.push(&other).await;
    world.until("link_token.rejected", 1).await;
    world.until_idle().await;
    let tokens = database.collection::<Document>("GenerateTokenAbdmResponses");
    let refused = only(&tokens, doc! { "abhaAddress": { "$exists": false } }).await;
    assert_eq!(names(&refused), ["createdDate", "requestId", "response"]);
    let response = json_of(&refused, "response");
    assert!(response["Error"]["Message"].as_str().is_some_and(|text| !text.is_empty()));
    assert!(response["Error"]["Code"].as_str().is_some_and(|code| code.starts_with("ABDM-")));
    tokens_are_as_amrit_reads_them(&database).await;
    world.rebuild_all().await;
}

/// One document an address: it may have another facility's token by the time one is let go.
#[tokio::test]
async fn a_token_that_goes_takes_no_other_facilitys_with_it() {
    const OTHER: &str = "IN0610099002";
    let second = format!("[[facility]]\nid = {OTHER:?}\nname = \"PHC Junnar\"\n");
    let Some((world, database)) = world_with(&second).await else { return };
    let _hip = world.launch.start().await;
    world.sandbox.register_facility(OTHER, "PHC Junnar");
    world.push(&visit("5501", true)).await;
    world.until("visit.linked", 1).await;
    let mut there = visit("5502", true);
    there["facility"]["abdmFacilityId"] = json!(OTHER);
    assert_eq!(world.push(&there).await.0, 201);
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    let tokens = database.collection::<Document>("GenerateTokenAbdmResponses");
    let address = doc! { "abhaAddress": "kavya.n90@sbx" };
    let newest = only(&tokens, address.clone()).await;

    let leave = |facility: &str| {
        let phr = world.sandbox.phr();
        phr.patient_status("kavya.n90@sbx", facility, PatientStatus::Deleted, ApiVersion::V3);
    };
    leave(FACILITY);
    world.until("link_token.purged", 1).await;
    world.until_idle().await;
    let left = only(&tokens, address.clone()).await;
    assert_eq!(left.get("requestId"), newest.get("requestId"));
    world.rebuild_all().await;
    leave(OTHER);
    world.until("link_token.purged", 2).await;
    world.until_idle().await;
    assert_eq!(tokens.count_documents(address).await.unwrap(), 0);
    world.rebuild_all().await;
}

#[tokio::test]
async fn without_a_mongo_of_their_own_they_are_refused() {
    let world = World::create_with("[documents]\npreset = \"amrit\"\n").await;
    let config = world.launch.config.display().to_string();
    for command in [&["serve"][..], &["projection", "rebuild", "--all"]] {
        let refused = world.hip(&[command, &["--config", &config]].concat()).await;
        assert_eq!(refused.status.code(), Some(3));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("needs MONGODB_URL"), "{said}");
    }
    let examined = world.hip(&["doctor", "--config", &config]).await;
    assert!(String::from_utf8_lossy(&examined.stdout).contains("needs MONGODB_URL"));
}
