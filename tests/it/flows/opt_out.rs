//! A patient who left ABDM is not found and nothing is shared, until they come back.

use hip_sandbox::{
    ApiVersion, ConsentRequest, DiscoverRequest, Discovery, FlowError, Grant,
    HealthInformationRequest, Identifier, KeyFormat, Operation, PatientStatus,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use serde_json::json;
use uuid::Uuid;

const ADDRESS: &str = "kavya.n90@sbx";

/// One visit that is linked, and one that only a discovery finds.
async fn known() -> (World, HipProcess) {
    let (world, hip) = World::start().await;
    world.push(&visit("3301", true)).await;
    world.until("visit.linked", 1).await;
    world.push(&visit("3302", false)).await;
    world.until("care_context.registered", 2).await;
    world.until_idle().await;
    (world, hip)
}

async fn told(world: &World, status: PatientStatus, version: ApiVersion) {
    let told = world.sandbox.phr().patient_status(ADDRESS, FACILITY, status, version);
    let heard = world.sandbox.journal().wait_for(hip_tests::world::PATIENCE, |entry| {
        entry.request_id.as_deref() == Some(&told) && entry.status == Some(202)
    });
    heard.await.unwrap();
    world.until_idle().await;
}

/// By everything, by the address alone, by the number alone, and by name and mobile number alone.
fn questions() -> [DiscoverRequest; 4] {
    let whole = DiscoverRequest::new(FACILITY, &abha_holder());
    let by_address = DiscoverRequest { verified: vec![], ..whole.clone() };
    let other = || "somebody.else@sbx".to_owned();
    let number = vec![Identifier::new("ABHA_NUMBER", "91-7777-1234-5678")];
    let by_number = DiscoverRequest { abha_address: other(), verified: number, ..whole.clone() };
    let mobile = vec![Identifier::new("MOBILE", "+91-9845012345")];
    let by_mobile = DiscoverRequest { abha_address: other(), verified: mobile, ..whole.clone() };
    [whole, by_address, by_number, by_mobile]
}

async fn codes(world: &World) -> Vec<Option<String>> {
    let mut codes = vec![];
    for question in questions() {
        let found: Discovery = world.sandbox.phr().discover(question).await.unwrap();
        codes.push(found.answer.err().map(|error| error.code));
    }
    codes
}

fn all(code: Option<&str>) -> Vec<Option<String>> {
    vec![code.map(str::to_owned); 4]
}

#[tokio::test]
async fn an_opted_out_patient_is_found_by_no_identifier() {
    for (status, version) in [
        (PatientStatus::Deleted, ApiVersion::V3),
        (PatientStatus::Deactivated, ApiVersion::V3),
        (PatientStatus::Deleted, ApiVersion::V05),
        (PatientStatus::Deactivated, ApiVersion::V05),
    ] {
        let (world, _hip) = known().await;
        assert_eq!(codes(&world).await, all(None));
        told(&world, status, version).await;
        assert_eq!(codes(&world).await, all(Some("ABDM-1010")), "{status:?} {version:?}");
        let detached: Vec<Uuid> = sqlx::query_scalar(
            "SELECT subject_id FROM es.event WHERE event_type = 'patient.abha_detached'",
        )
        .fetch_all(&world.pool)
        .await
        .unwrap();
        let registered: Uuid = sqlx::query_scalar(
            "SELECT subject_id FROM es.event WHERE event_type = 'patient.registered'",
        )
        .fetch_one(&world.pool)
        .await
        .unwrap();
        assert_eq!(detached, [registered], "the event is about the person, not about the message");
        world.rebuild_all().await;
        assert_eq!(codes(&world).await, all(Some("ABDM-1010")), "also by a rebuilt index");
    }
}

#[tokio::test]
async fn no_data_of_an_opted_out_patient_is_linked_or_shared() {
    let (world, _hip) = known().await;
    let phr = world.sandbox.phr();
    let wish = || world.sandbox.hiu().request_consent(ConsentRequest::new(ADDRESS, FACILITY));
    let consent = phr.grant(&wish(), Grant::default()).await.unwrap();
    let offered = phr.discover(DiscoverRequest::new(FACILITY, &abha_holder())).await.unwrap();
    let begun = phr.link_init(&offered, &offered.answer.as_ref().unwrap().care_contexts).await;
    let begun = begun.unwrap();
    told(&world, PatientStatus::Deactivated, ApiVersion::V3).await;

    // An offer and an OTP of before are of no use any more.
    let init = phr.link_init(&offered, &offered.answer.as_ref().unwrap().care_contexts).await;
    assert_eq!(refusal(init), "ABDM-1407");
    let otp = world.sandbox.sms().wait_for_otp("9845012345", 0).await.unwrap();
    assert_eq!(refusal(phr.link_confirm(&begun, otp).await), "ABDM-1407");
    // A consent of before has ended, and one that comes late is not taken.
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    assert_eq!(refusal(world.sandbox.hiu().request(request).await), "ABDM-1062");
    assert_eq!(refusal(phr.grant(&wish(), Grant::default()).await), "ABDM-1407");
    assert_eq!(world.sandbox.journal().count(Operation::Push), 0);
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, FlowError>) -> String {
    match answer {
        Err(FlowError::Refused(error)) => error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_deactivated_abha_that_is_active_again_is_found_again() {
    let (world, _hip) = known().await;
    told(&world, PatientStatus::Deactivated, ApiVersion::V3).await;
    told(&world, PatientStatus::Active, ApiVersion::V3).await;
    assert_eq!(codes(&world).await, all(None));
}

#[tokio::test]
async fn a_record_system_that_still_sends_a_deleted_abha_does_not_bring_it_back() {
    let (world, _hip) = known().await;
    told(&world, PatientStatus::Deleted, ApiVersion::V3).await;
    let mut amended = visit("3302", true);
    amended["eventId"] = json!(Uuid::from_u128(3302));
    assert_eq!(world.push(&amended).await.0, 201);
    world.until_idle().await;
    assert_eq!(codes(&world).await, all(Some("ABDM-1010")));
    assert_eq!(world.count("patient.abha_attached").await, 1);
}
