//! AMRIT links a visit as its user interface does: a token, asked for again and again, and the link.

use std::time::{Duration, Instant};

use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat, Operation};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::{API_KEY, PATIENCE};
use serde_json::{Value, json};

/// A second facility of the same service.
const OTHER: &str = "IN0610099002";

fn client() -> reqwest::Client {
    reqwest::Client::builder().build().unwrap()
}

/// Status and text of the answer.
async fn post(world: &World, path: &str, key: Option<&str>, body: &Value) -> (u16, String) {
    let mut request = client()
        .post(format!("{}{path}", world.launch.url))
        .header("content-type", "application/json")
        .body(body.to_string());
    if let Some(key) = key {
        request = request.header("authorization", key);
    }
    let response = request.patiently().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn call(world: &World, path: &str, body: &Value) -> Value {
    let (status, text) = post(world, path, Some(API_KEY), body).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Who was given something of the tokens, as what, and whether the log says whose it is.
async fn token_looks(world: &World) -> Vec<(String, String, bool)> {
    sqlx::query_as(
        "SELECT look ->> 'client', look ->> 'view', subject_id IS NOT NULL FROM ( \
           SELECT convert_from(body, 'UTF8')::jsonb -> event_type AS look, subject_id, position \
             FROM es.event WHERE event_type = 'access.person_viewed' \
              AND stream_id LIKE 'access-link-token-%') AS looks ORDER BY position",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap()
}

fn asks_for_token(facility: &str) -> Value {
    json!({
        "abhaNumber": "91-7777-1234-5678", "abhaAddress": "kavya.n90@sbx", "name": "Kavya Nair",
        "gender": "Female", "yearOfBirth": 1990, "abdmFacilityId": facility,
    })
}

fn asks_for_link(facility: &str, code: &str, request_id: &str) -> Value {
    json!({
        "beneficiaryID": 88_001_234, "abhaAddress": "kavya.n90@sbx", "abhaNumber": "91-7777-1234-5678",
        "linkToken": null, "requestId": request_id, "visitCode": code,
        "visitCategory": "General OPD", "abdmFacilityId": facility, "abdmFacilityName": "PHC Ambegaon",
        "hiType": "", "display": "",
    })
}

/// Asks until the gateway's callback has come.
async fn poll_and_link(world: &World, facility: &str, code: &str, request_id: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let body = asks_for_link(facility, code, request_id);
        let answer = call(world, "/careContext/linkCareContext", &body).await;
        if answer["data"] != json!({}) {
            return answer;
        }
        assert!(Instant::now() < deadline, "no token came: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn token_request(world: &World, path: &str, facility: &str) -> String {
    let answer = call(world, path, &asks_for_token(facility)).await;
    answer["data"]["requestId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn a_visit_that_was_not_pushed_yet_is_linked_and_its_documents_follow() {
    let (world, _hip) = World::start().await;
    let request_id = token_request(&world, "/careContext/generateLinkToken", FACILITY).await;
    let answer = poll_and_link(&world, FACILITY, "4401", &request_id).await;
    assert_eq!(
        answer.to_string(),
        json!({
            "data": { "message": "Care Context added successfully" },
            "statusCode": 200, "errorMessage": "Success", "status": "Success",
        })
        .to_string()
    );
    world.until("care_context.linked", 1).await;
    let linked = world.sandbox.phr().linked("kavya.n90@sbx");
    assert_eq!(linked.len(), 2, "consultation and discharge summary: {linked:?}");

    // A token that is there is given at once, and no second one is asked for.
    let again = call(&world, "/careContext/generateCareContextToken", &asks_for_token("")).await;
    assert!(again["data"]["linkToken"].as_str().unwrap().contains('.'), "{again}");
    let given = |looks: &[(String, String, bool)]| {
        looks.iter().filter(|(_, view, _)| view == "link-token-given").count()
    };
    let looks = token_looks(&world).await;
    assert_eq!(given(&looks), 1, "{looks:?}");
    let again = call(&world, "/careContext/generateLinkToken", &asks_for_token("")).await;
    assert!(again["data"]["linkToken"].is_string(), "{again}");
    let looks = token_looks(&world).await;
    assert_eq!(given(&looks), 2, "each time, not once an hour: {looks:?}");
    assert!(looks.iter().all(|(client, _, is_known)| client == "api-key" && *is_known));
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 1);

    world.push(&visit("4401", true)).await;
    world.until("visit.bundles_built", 1).await;
    world.until("care_context.changed_after_link", 1).await;
    world.until_idle().await;
    let shown = world.show("4401").await;
    assert_eq!(shown["link_state"].as_str().or(shown["linkState"].as_str()), Some("linked"));
    let once_more = poll_and_link(&world, FACILITY, "4401", &request_id).await;
    assert_eq!(once_more["data"]["message"], "Care Context added successfully");
    assert_eq!(world.count("care_context.linked").await, 1);
    world.rebuild_all().await;
    let dead: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT kind, last_error FROM es.outbox WHERE state = 'dead'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(dead, []);
}

#[tokio::test]
async fn a_visit_of_another_patient_is_not_linked() {
    let (world, _hip) = World::start().await;
    let mut others = visit("4403", false);
    others["beneficiary"]["beneficiaryId"] = json!("99009900");
    others["beneficiary"]["name"] = json!("Somebody Else");
    world.push(&others).await;
    world.until("visit.bundles_built", 1).await;
    let request_id = token_request(&world, "/careContext/generateLinkToken", FACILITY).await;
    let answer = poll_and_link(&world, FACILITY, "4403", &request_id).await;
    assert_eq!(answer["statusCode"], 5000, "{answer}");
    assert!(answer["errorMessage"].as_str().unwrap().contains("another patient"), "{answer}");
    assert_eq!(world.count("care_context.link_requested").await, 0);
}

#[tokio::test]
async fn records_of_another_patient_are_not_sent() {
    let (world, _hip) = World::start().await;
    let request_id = token_request(&world, "/careContext/generateLinkToken", FACILITY).await;
    poll_and_link(&world, FACILITY, "4404", &request_id).await;
    world.until("care_context.linked", 1).await;
    // AMRIT has named the wrong beneficiary: the visit that follows says whose it is.
    let mut others = visit("4404", false);
    others["beneficiary"]["beneficiaryId"] = json!("99009900");
    world.push(&others).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::ALL[0]);
    world.sandbox.hiu().request(request).await.unwrap();
    world.until("transfer.completed", 1).await;
    assert_eq!(world.count("transfer.page_encrypted").await, 0);
}

#[tokio::test]
async fn a_patient_is_identified_by_their_visits() {
    let (world, _hip) = World::start().await;
    world.push(&visit("4405", false)).await;
    world.until("visit.bundles_built", 1).await;
    let request_id = token_request(&world, "/careContext/generateLinkToken", FACILITY).await;
    for code in ["4405", "4406"] {
        let answer = poll_and_link(&world, FACILITY, code, &request_id).await;
        assert_eq!(answer["data"]["message"], "Care Context added successfully", "{answer}");
    }
    assert_eq!(world.count("patient.demographics_changed").await, 0, "the mobile number stays");
    assert_eq!(world.count("patient.abha_attached").await, 1);
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let tied: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM vault.key k JOIN hip.patient_index p ON k.subject_id = p.subject_id \
          WHERE k.key_id IN (SELECT subject_id FROM es.event WHERE event_type = 'link_token.asked')",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(tied, 1, "the token's key goes with the person");
}

#[tokio::test]
async fn two_facilities_link_for_one_address() {
    let second = format!("[[facility]]\nid = {OTHER:?}\nname = \"PHC Junnar\"\n");
    let (world, _hip) = World::start_with(&second).await;
    world.sandbox.register_facility(OTHER, "PHC Junnar");
    for (facility, code) in [(FACILITY, "4501"), (OTHER, "4502")] {
        let path = "/careContext/generateLinkToken";
        let request_id = token_request(&world, path, facility).await;
        let answer = poll_and_link(&world, facility, code, &request_id).await;
        assert_eq!(answer["data"]["message"], "Care Context added successfully", "{answer}");
    }
    world.until("care_context.linked", 2).await;
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 2);
}

#[tokio::test]
async fn every_answer_has_the_envelope_and_status_200() {
    let (world, _hip) = World::start().await;
    let link = "/careContext/linkCareContext";
    assert_eq!(post(&world, link, None, &json!({})).await.0, 404);
    let failed =
        |why: &str| format!(r#"{{"statusCode":5000,"errorMessage":"{why}","status":"{why}"}}"#);
    let wrong = post(&world, link, Some("wrong"), &json!({})).await;
    assert_eq!(wrong, (200, failed("Invalid login key or session is expired")));
    let nothing = post(&world, link, Some(API_KEY), &json!({})).await;
    assert_eq!(nothing, (200, failed("beneficiaryID is needed")));
    let stub = post(&world, "/careContext/addCarecontextToMongo", Some(API_KEY), &json!({})).await;
    assert_eq!(stub, (200, failed("Failed with generic error")));
    let mut foreign = asks_for_token("IN9999999999");
    let token = "/careContext/generateLinkToken";
    let answer = post(&world, token, Some(API_KEY), &foreign).await;
    assert_eq!(answer, (200, failed("abdmFacilityId must be a facility of this service")));
    foreign["abdmFacilityId"] = json!("");
    foreign["yearOfBirth"] = json!("never");
    let answer = post(&world, token, Some(API_KEY), &foreign).await;
    assert_eq!(answer, (200, failed("yearOfBirth must be a year")));
    let without = call(&world, link, &asks_for_link("", "4601", "")).await;
    assert_eq!(without["data"]["error"], "There is no link token: ask for one first");

    let save = "/facility/saveAbdmFacilityId";
    let saved = json!({ "abdmFacilityId": "", "visitCode": 30_027_000_000_541_u64 });
    let expected = r#"{"data":{"response":"ABDM Facility ID updated successfully"},"statusCode":200,"errorMessage":"Success","status":"Success"}"#;
    assert_eq!(post(&world, save, Some(API_KEY), &saved).await, (200, expected.to_owned()));
    let lost = json!({ "abdmFacilityId": "IN9999999999", "visitCode": 1 });
    let lost = call(&world, save, &lost).await;
    assert_eq!(lost["data"]["response"], "FHIR Error while updating ABDM Facility ID");
    assert_eq!(world.count("access.facility_chosen").await, 1);

    let url = format!("{}/facility/getAbdmRegisteredFacilities", world.launch.url);
    let listed = client().get(url).header("authorization", API_KEY).patiently().await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    assert_eq!(listed["data"][0]["id"], FACILITY, "{listed}");
}

#[tokio::test]
async fn a_refused_token_is_found_by_its_request() {
    let (world, _hip) = World::start().await;
    let mut stranger = asks_for_token("");
    stranger["abhaAddress"] = json!("nobody.at.all@sbx");
    let answer = call(&world, "/careContext/generateLinkToken", &stranger).await;
    // The gateway may refuse at once or by callback; the answer names the request or the reason.
    if let Some(request_id) = answer["data"]["requestId"].as_str() {
        let deadline = Instant::now() + PATIENCE;
        let mut link = asks_for_link("", "4701", request_id);
        link["abhaAddress"] = json!("nobody.at.all@sbx");
        loop {
            let answer = call(&world, "/careContext/linkCareContext", &link).await;
            if let Some(error) = answer["data"]["error"].as_str() {
                let error: Value = serde_json::from_str(error).unwrap();
                assert!(error["code"].as_str().unwrap().starts_with("ABDM-"), "{error}");
                break;
            }
            assert!(Instant::now() < deadline, "{answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    } else {
        assert_eq!(answer["statusCode"], 5000, "{answer}");
    }
    assert_eq!(world.count("care_context.link_requested").await, 0);
}
