//! `hip explain`: in each of these planted situations it names the link that does not hold.

use chrono::{TimeDelta, Utc};
use hip_sandbox::{
    ApiVersion, ConsentRequest, Grant, HealthInformationRequest, KeyFormat, Operation,
    PatientStatus,
};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::{API_KEY, PATIENCE};
use serde_json::{Value, json};

const ADDRESS: &str = "kavya.n90@sbx";

async fn explain(world: &World, code: &str) -> (Option<i32>, Value) {
    let output = world.hip(&["explain", code, "--json"]).await;
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code(), said.unwrap_or_else(|_| panic!("{output:?}")))
}

/// The last link that was looked at must be this one, in this state, with these words in the verdict.
async fn stops_at(world: &World, code: &str, (link, state): (&str, &str), words: &str) {
    let (exit, said) = explain(world, code).await;
    let last = said["links"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (last["link"].as_str(), last["state"].as_str()),
        (Some(link), Some(state)),
        "{said}"
    );
    assert!(said["verdict"].as_str().unwrap().contains(words), "{said}");
    assert!(!said["cure"].as_str().unwrap().is_empty());
    assert_eq!(exit, Some(1));
}

/// A world with the visit 6001, linked.
async fn linked() -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start().await;
    world.push(&visit("6001", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    (world, hip)
}

async fn grant(world: &World, grant: Grant) -> String {
    let wish = world.sandbox.hiu().request_consent(ConsentRequest::new(ADDRESS, FACILITY));
    let consent = world.sandbox.phr().grant(&wish, grant).await.unwrap();
    world.until_idle().await;
    consent
}

/// Asks, and waits until the transfer is over.
async fn ask(world: &World, request: HealthInformationRequest) {
    let asked = world.sandbox.hiu().ask(request);
    assert!(!asked.is_empty());
    world.until("transfer.requested", 1).await;
    world.until_idle().await;
}

#[tokio::test]
async fn a_visit_without_an_address_of_a_patient_who_has_one_is_not_linked_automatically() {
    let (world, _hip) = World::start().await;
    world.push(&visit("6000", false)).await;
    world.push(&visit("6001", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let words = "the visit came without an ABHA address";
    stops_at(&world, "6000", ("token", "broken"), words).await;
    // The cure that it names.
    let mut amended = visit("6000", true);
    amended["eventId"] = json!(uuid::Uuid::from_u128(6000));
    assert_eq!(world.push(&amended).await.0, 201);
    world.until("visit.linked", 2).await;
}

#[tokio::test]
async fn before_there_is_a_token() {
    let (world, _hip) = World::start().await;
    let unknown = world.hip(&["explain", "6000"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no such care context"));

    world.push(&visit("6001", false)).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    stops_at(&world, "6001", ("token", "broken"), "ABHA address is not known here").await;

    let in_words = world.hip(&["explain", "6001", "--facility", FACILITY]).await;
    let in_words = String::from_utf8(in_words.stdout).unwrap();
    assert!(
        in_words.contains("✓ visit") && in_words.contains("What to do: ask the patient"),
        "{in_words}"
    );
    // The door says the same.
    let ask = async |path: &str| {
        let url = format!("{}/v1/care-contexts/{path}", world.launch.url);
        let client = reqwest::Client::builder().build().unwrap();
        let answer = client.get(url).bearer_auth(API_KEY).patiently().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, asked) = ask("6001/explanation").await;
    let (_, said) = explain(&world, "6001").await;
    assert_eq!(status, 200);
    for name in ["links", "verdict", "cure", "reference"] {
        assert_eq!(asked[name], said[name]);
    }
    assert_eq!(ask("6000/explanation").await.0, 404);
    assert_eq!(ask("6001/explanation?facility=IN0610099002").await.0, 404);

    let elsewhere = world.hip(&["explain", "6001", "--facility", "IN0610099002"]).await;
    assert_eq!(elsewhere.status.code(), Some(1));
}

#[tokio::test]
async fn a_visit_without_any_document() {
    let (world, _hip) = World::start_with("[bundle]\ndischarge = \"stays-only\"\n").await;
    let mut empty = visit("6001", true);
    for content in ["chiefComplaints", "prescriptions"] {
        empty.as_object_mut().unwrap().remove(content);
    }
    empty["visit"]["category"] = json!("General OPD (QC) of another kind");
    world.push(&empty).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    stops_at(&world, "6001", ("documents", "broken"), "yields no document").await;
}

#[tokio::test]
async fn a_visit_that_was_announced_and_never_sent() {
    let (world, _hip) = World::start().await;
    let client = reqwest::Client::builder().build().unwrap();
    let post = async |path: &str, body: Value| {
        let request =
            client.post(format!("{}{path}", world.launch.url)).header("authorization", API_KEY);
        let response = request.header("content-type", "application/json").body(body.to_string());
        response.patiently().await.unwrap().json::<Value>().await.unwrap()
    };
    let person = json!({
        "abhaNumber": "91-7777-1234-5678", "abhaAddress": ADDRESS, "name": "Kavya Nair",
        "gender": "Female", "yearOfBirth": 1990, "abdmFacilityId": FACILITY,
    });
    let asked = post("/careContext/generateLinkToken", person).await;
    world.until("link_token.issued", 1).await;
    let wish = json!({
        "beneficiaryID": 88_001_234, "abhaAddress": ADDRESS, "abhaNumber": "91-7777-1234-5678",
        "requestId": asked["data"]["requestId"], "visitCode": "6001",
        "visitCategory": "General OPD", "abdmFacilityId": FACILITY,
    });
    post("/careContext/linkCareContext", wish).await;
    world.until("care_context.linked", 1).await;
    world.until_idle().await;
    stops_at(&world, "6001", ("visit", "broken"), "announced this visit and never sent it").await;
}

#[tokio::test]
async fn the_token_does_not_come() {
    for (n, (state, words)) in [
        ("waits", "the gateway has not called back"),
        ("broken", "refuses a link token (ABDM-1207)"),
        ("broken", "refuses a link token (ABDM-1006)"),
        ("waits", "no link token before"),
    ]
    .into_iter()
    .enumerate()
    {
        let (world, _hip) = World::start().await;
        let faults = world.sandbox.faults();
        match n {
            0 => faults.silence(Operation::GenerateToken, 1),
            1 => faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1207", "no match"),
            2 => faults.refuse(
                Operation::GenerateToken,
                1,
                400,
                json!({ "error": { "code": "ABDM-1006", "message": "bad" } }),
            ),
            _ => faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1024", "away"),
        }
        world.push(&visit("6001", true)).await;
        world.until("outbound.planned", 1).await;
        world.until_idle().await;
        if n == 3 {
            world.until("link_token.rejected", 1).await;
            assert!(
                world
                    .hip(&["link", "start", "6001", "--url", &world.launch.url])
                    .await
                    .status
                    .success()
            );
            world.until("link_token.postponed", 1).await;
            world.until_idle().await;
        }
        if n == 1 {
            world.until("link_token.rejected", 1).await;
        }
        stops_at(&world, "6001", ("token", state), words).await;
    }
}

#[tokio::test]
async fn the_gateway_is_away() {
    let (world, _hip) = World::start().await;
    world.sandbox.faults().always(Operation::GenerateToken, 503, Value::Null);
    world.push(&visit("6001", true)).await;
    world.until("outbound.failed", 1).await;
    let is_known = async || !world.hip(&["explain", "6001"]).await.stdout.is_empty();
    world.eventually("its read model has the visit", is_known).await;
    stops_at(&world, "6001", ("token", "waits"), "has failed so far (HTTP 503)").await;
}

#[tokio::test]
async fn the_link_does_not_come_about() {
    for (n, (state, words)) in
        [("waits", "was asked to link at"), ("broken", "has refused the link (ABDM-1037)")]
            .into_iter()
            .enumerate()
    {
        let (world, _hip) = World::start().await;
        let faults = world.sandbox.faults();
        match n {
            0 => faults.silence(Operation::LinkCareContext, 1),
            _ => faults.answer_with_error(Operation::LinkCareContext, 1, "ABDM-1037", "mismatch"),
        }
        world.push(&visit("6001", true)).await;
        world.until("care_context.link_requested", 1).await;
        if n == 1 {
            world.until("care_context.link_rejected", 1).await;
        }
        world.until_idle().await;
        stops_at(&world, "6001", ("linked", state), words).await;
    }
}

#[tokio::test]
async fn no_consent_lets_it_leave() {
    let (world, _hip) = linked().await;
    stops_at(&world, "6001", ("consent", "waits"), "nobody has the patient's consent").await;

    // One for another visit, for other kinds, for another time: the newest is spoken of.
    world.push(&visit("6002", true)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    let of_visit = |code: &str| Some(vec![("88001234".to_owned(), code.to_owned())]);
    grant(&world, Grant { care_contexts: of_visit("6002"), ..Grant::default() }).await;
    stops_at(&world, "6001", ("consent", "broken"), "no consent names this visit").await;
    let kinds = Some(vec!["ImmunizationRecord".to_owned()]);
    let consent = grant(
        &world,
        Grant { care_contexts: of_visit("6001"), hi_types: kinds, ..Grant::default() },
    )
    .await;
    stops_at(&world, "6001", ("consent", "broken"), "for ImmunizationRecord only").await;
    world.sandbox.phr().revoke(&consent).await.unwrap();
    world.until_idle().await;
    stops_at(&world, "6001", ("consent", "broken"), "the patient has revoked the consent").await;
}

#[tokio::test]
async fn the_consent_is_for_another_time_or_over() {
    let (world, _hip) = linked().await;
    let now = Utc::now();
    let range = Some((now - TimeDelta::days(3), now - TimeDelta::days(2)));
    let consent = grant(&world, Grant { date_range: range, ..Grant::default() }).await;
    stops_at(&world, "6001", ("consent", "broken"), "is for records from").await;
    world.sandbox.phr().revoke(&consent).await.unwrap();

    // Long enough for the grant to come in before its end.
    let end = Utc::now() + TimeDelta::seconds(20);
    grant(&world, Grant { data_erase_at: Some(end), ..Grant::default() }).await;
    world.eventually("the consent is over", async || Utc::now() > end).await;
    stops_at(&world, "6001", ("consent", "broken"), "has expired").await;

    let phr = world.sandbox.phr();
    phr.patient_status(ADDRESS, FACILITY, PatientStatus::Deleted, ApiVersion::V3);
    world.until("patient.abha_detached", 1).await;
    world.until_idle().await;
    stops_at(&world, "6001", ("consent", "broken"), "has left ABDM").await;
}

#[tokio::test]
async fn nobody_asks_or_the_request_is_refused() {
    let (world, _hip) = linked().await;
    let consent = grant(&world, Grant::default()).await;
    stops_at(&world, "6001", ("request", "waits"), "the HIU has not asked").await;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.date_range = Some((Utc::now() - TimeDelta::days(9_000), Utc::now()));
    ask(&world, request).await;
    stops_at(&world, "6001", ("accepted", "broken"), "the request was refused").await;
}

#[tokio::test]
async fn the_answer_has_no_page_of_it() {
    let (world, _hip) = linked().await;
    let consent = grant(&world, Grant::default()).await;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.date_range = Some((Utc::now() - TimeDelta::days(9), Utc::now() - TimeDelta::days(8)));
    ask(&world, request).await;
    stops_at(&world, "6001", ("pages", "broken"), "no records in the requested period").await;
}

#[tokio::test]
async fn the_hiu_does_not_take_it_or_the_gateway_is_not_told() {
    let (world, _hip) = linked().await;
    let consent = grant(&world, Grant::default()).await;
    world.sandbox.faults().always(Operation::Push, 403, Value::Null);
    ask(&world, HealthInformationRequest::new(&consent, KeyFormat::XRaw)).await;
    stops_at(&world, "6001", ("pushed", "broken"), "data push failed (HTTP 403)").await;

    world.sandbox.faults().clear();
    let refusal = json!({ "error": { "code": "ABDM-1006", "message": "bad" } });
    world.sandbox.faults().always(Operation::DataFlowNotify, 400, refusal);
    ask(&world, HealthInformationRequest::new(&consent, KeyFormat::XRaw)).await;
    world.until("transfer.completed", 2).await;
    world.until_idle().await;
    stops_at(&world, "6001", ("notified", "broken"), "the word to the gateway").await;
}

#[tokio::test]
async fn when_all_is_well_it_says_so() {
    let (world, _hip) = linked().await;
    let consent = grant(&world, Grant::default()).await;
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until("transfer.completed", 1).await;
    world.until_idle().await;
    let (exit, said) = explain(&world, "6001").await;
    assert_eq!((exit, said["links"].as_array().unwrap().len()), (Some(0), 11), "{said}");
    assert!(
        said["cure"].is_null() && said["verdict"].as_str().unwrap().contains("nothing is broken")
    );
}
