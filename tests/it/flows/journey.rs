//! The main job, from outside: a visit is pushed, and a document arrives at the HIU.

use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat, Operation,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::world::PATIENCE;

#[tokio::test]
async fn a_visit_becomes_a_delivered_document() {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("3001", false)).await.0, 201);
    assert_eq!(world.push(&visit("3002", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    let linked = world.sandbox.phr().linked("kavya.n90@sbx");
    assert_eq!(linked.len(), 3, "one care context, three kinds: {linked:?}");
    assert!(linked.iter().all(|context| context.care_context_reference == "3002"));

    // Only what is not linked is offered.
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let offer = world.sandbox.phr().discover(request).await.unwrap().answer.unwrap();
    assert!(offer.already_linked.is_empty());
    assert!(offer.care_contexts.iter().all(|context| context.care_context_reference == "3001"));

    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    for key_format in KeyFormat::ALL {
        let request = HealthInformationRequest::new(&consent, key_format);
        let transaction = world.sandbox.hiu().request(request).await.unwrap();
        let delivery =
            world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
        assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"));
        assert_eq!(delivery.pages.len(), 3);
        for page in &delivery.pages {
            assert!(page.checksum_ok && page.care_context_known && page.violations.is_empty());
            let bundle = page.plaintext.as_ref().unwrap();
            assert_eq!(bundle["type"], "document");
            assert!(bundle.to_string().contains("Kavya Nair"));
        }
    }
    world.until_idle().await;
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 1);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
    let pages: i64 = counted(&world, "SELECT count(*) FROM hip.health_information").await;
    assert_eq!(pages, 3 * i64::try_from(KeyFormat::ALL.len()).unwrap());
    let open = "SELECT count(*) FROM hip.callback WHERE status <> 'interpreted'";
    assert_eq!(counted(&world, open).await, 0);
    let found = "SELECT count(*) FROM hip.discovery_request WHERE outcome = 'matched'";
    assert_eq!(counted(&world, found).await, 1);
    world.rebuild_all().await;
    assert!(hip.terminate(), "a process that is asked to stop stops well");
}

async fn counted(world: &World, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&world.pool).await.unwrap()
}

#[tokio::test]
async fn a_second_visit_of_the_same_patient_uses_the_same_link_token() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    world.push(&visit("3003", true)).await;
    world.until("visit.linked", 2).await;
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 1);
    assert_eq!(world.count("link_token.reused").await, 1);
}

#[tokio::test]
async fn a_consent_that_was_revoked_opens_nothing() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    world.sandbox.phr().revoke(&consent).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let refused = world.sandbox.hiu().request(request).await.unwrap_err();
    assert!(refused.to_string().contains("ABDM-1062"), "{refused}");
    world.until_idle().await;
    assert_eq!(world.sandbox.journal().count(Operation::Push), 0);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}

#[tokio::test]
async fn nobody_else_is_found() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("care_context.registered", 1).await;
    let mut stranger = abha_holder();
    stranger.abha_address = "somebody.else@sbx".to_owned();
    stranger.abha_number = "91000000000001".to_owned();
    stranger.name = "Ravi Menon".to_owned();
    stranger.gender = "M".to_owned();
    world.sandbox.register_abha(stranger.clone());
    let request = DiscoverRequest::new(FACILITY, &stranger);
    let answer = world.sandbox.phr().discover(request).await.unwrap().answer;
    assert_eq!(answer.unwrap_err().code, "ABDM-1010");
}
