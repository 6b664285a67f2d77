//! An erasure that is cut short goes on, and a key that another process holds is forgotten.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use hip_commands::port::Vault as _;
use hip_commands::port::vault::Opened;
use hip_domain::id::FacilityId;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::postgres::eraser::Unclaimed;
use hip_sandbox::{
    Artefact, ConsentRequest, ConsentStatus, DiscoverRequest, FlowError, Grant,
    HealthInformationRequest, KeyFormat, Operation, ShareRequest,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use sqlx::Connection;
use tokio::sync::watch;

use super::{REASON, erase, erase_her, hers, him, his_visit, opened, traces, vault};

async fn linked() -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start().await;
    world.push(&visit("3401", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    (world, hip)
}

#[tokio::test]
async fn killed_before_the_keys_go_it_goes_on_after_the_next_start() {
    let (world, hip) = linked().await;
    // The destruction of a key needs its row.
    let mut owner = world.database.as_owner().await;
    let mut held = owner.begin().await.unwrap();
    sqlx::query("SELECT FROM vault.key FOR UPDATE").execute(&mut *held).await.unwrap();
    let wish = [&["--abha", "kavya.n90@sbx"][..], &REASON].concat();
    let asking = erase(&world, &wish);
    let killing = async {
        world.until("identity.released", 1).await;
        hip.kill();
    };
    let (asked, ()) = tokio::join!(asking, killing);
    assert_eq!(asked.status.code(), Some(3), "the server is away");
    held.rollback().await.unwrap();
    assert_eq!(world.count("subject.erased").await, 0);
    assert_eq!(opened(&world, &["Kavya"]).await.0.len(), 1);

    let _hip = world.launch.start().await;
    world.until("subject.purged", 1).await;
    world.until_idle().await;
    for name in ["subject.erasure_requested", "identity.released", "subject.erased"] {
        assert_eq!(world.count(name).await, 1, "{name}");
    }
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
    assert_eq!(traces(&world, hers()).await, [""; 0]);
}

#[tokio::test]
async fn a_key_in_the_memory_of_another_process_is_forgotten_when_it_is_told() {
    let (world, _hip) = linked().await;
    let other = std::sync::Arc::new(vault(&world));
    let (_stop, stopped) = watch::channel(false);
    let listening = std::sync::Arc::clone(&other);
    tokio::spawn(async move { listening.forget_destroyed(stopped).await });
    let log = world.log.page(0, 1_000).await.unwrap();
    let sealed = log.iter().find(|stored| stored.name == "patient.registered").unwrap();
    assert!(matches!(other.open(sealed).await.unwrap(), Opened::Plain(_)));
    let erased = erase(&world, &[&["--patient", "88001234"][..], &REASON].concat()).await;
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    // Much sooner than it would forget by itself, which takes a minute.
    let deadline = Instant::now() + hip_tests::world::PATIENCE;
    while matches!(other.open(sealed).await.unwrap(), Opened::Plain(_)) {
        assert!(Instant::now() < deadline, "the key is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What comes to be known as hers after she is gone, goes at once.
#[tokio::test]
async fn a_message_that_turns_out_to_be_about_an_erased_person_goes_with_them() {
    let (world, _hip) = linked().await;
    let erased = erase(&world, &[&["--patient", "88001234"][..], &REASON].concat()).await;
    assert!(erased.status.success());
    // The network still knows her care context, and she consents to its being shown.
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let phr = world.sandbox.phr();
    let consent = phr.sign(&wish, Grant::default()).unwrap();
    // With her ABHA she has left this facility: the consent is refused, and her name in it is sealed.
    let refused = phr.notify(&consent, ConsentStatus::Granted, Artefact::Whole).await;
    assert!(matches!(refused, Err(FlowError::Refused(_))), "{refused:?}");
    assert_eq!(world.count("inbound.rejected").await, 1);
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let _ = world.sandbox.hiu().request(request).await;
    world.until("inbound.interpreted", 3).await;
    world.until_idle().await;
    assert_eq!(world.count("transfer.page_pushed").await, 0);
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
}

/// Nobody could ask for it, so its time is what ends it.
#[tokio::test]
async fn a_message_about_nobody_loses_its_key_and_those_of_patients_keep_theirs() {
    let (world, _hip) = linked().await;
    world.sandbox.register_abha(him());
    let request = DiscoverRequest::new(FACILITY, &him());
    world.sandbox.phr().discover(request).await.unwrap().answer.unwrap_err();
    world.until_idle().await;
    assert_eq!(opened(&world, &["Devan", "Migraine"]).await.0.len(), 2);
    let sweep = |age_max| Unclaimed {
        pool: world.pool.clone(),
        vault: std::sync::Arc::new(vault(&world)),
        clock: std::sync::Arc::new(SystemClock),
        facilities: vec![FacilityId::parse(FACILITY).unwrap()],
        age_max,
    };
    assert_eq!(sweep(TimeDelta::days(90)).sweep(&mut HashMap::new()).await.unwrap(), 0);
    let mut seen = HashMap::new();
    assert_eq!(sweep(TimeDelta::zero()).sweep(&mut seen).await.unwrap(), 1);
    assert_eq!(sweep(TimeDelta::zero()).sweep(&mut seen).await.unwrap(), 0);
    let (found, ..) = opened(&world, &["Devan", "Migraine"]).await;
    assert_eq!(found, std::collections::BTreeSet::from(["Migraine"]));
}

/// Answers that are composed and recorded wait for another, while one of their patients is erased.
#[tokio::test]
async fn an_answer_that_waits_to_leave_does_not_tell_of_an_erased_patient() {
    let (world, _hip) = World::start_with("concurrency = 1\n").await;
    world.sandbox.register_abha(him());
    world.push(&visit("3405", false)).await;
    world.push(&his_visit("3406", false)).await;
    world.until("care_context.registered", 2).await;
    world.until_idle().await;

    let hold = world.sandbox.faults().hold_before(Operation::OnDiscover, 1);
    let phr = world.sandbox.phr();
    let ask = |person| phr.discover(DiscoverRequest::new(FACILITY, person));
    let (him, her) = (him(), abha_holder());
    let waiting = async {
        hold.caught(hip_tests::world::PATIENCE).await.unwrap();
        let asking = async { tokio::join!(ask(&her), ask(&him)) };
        let erasing = async {
            world.until("outbound.attempted", 3).await;
            let erased = erase(&world, &[&["--patient", "88001234"][..], &REASON].concat()).await;
            assert!(erased.status.success());
            let waited = "SELECT count(*) = 3 FROM es.event WHERE event_type = 'outbound.attempted' \
                             AND recorded_at < now() - interval '1 second'";
            let have_waited =
                async || sqlx::query_scalar(waited).fetch_one(&world.pool).await.unwrap();
            world.eventually("a second has passed", have_waited).await;
            hold.release();
        };
        tokio::join!(asking, erasing).0
    };
    let (first, (of_her, of_him)) = tokio::join!(ask(&him), waiting);
    assert!(first.unwrap().answer.is_ok());
    assert!(of_him.unwrap().answer.is_ok());
    assert_eq!(of_her.unwrap().answer.unwrap_err().code, "ABDM-1010");
    let attempts: Vec<i64> = sqlx::query_scalar(
        "SELECT count(*) FROM es.event WHERE event_type = 'outbound.attempted' GROUP BY stream_id ORDER BY 1",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    assert_eq!(attempts, [1, 1, 2], "hers says something else now, and the log has both");
}

/// The profile that she shared is hers, too.
#[tokio::test]
async fn a_place_in_the_queue_that_waits_to_leave_does_not_tell_of_an_erased_patient() {
    let (world, _hip) = World::start_with("concurrency = 1\n").await;
    world.sandbox.register_abha(him());
    world.push(&visit("3407", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let before = world.count("outbound.attempted").await;

    let hold = world.sandbox.faults().hold_before(Operation::OnShare, 1);
    let phr = world.sandbox.phr();
    let share = |person| phr.share_profile(ShareRequest::new(FACILITY, "1", person));
    let (him, her) = (him(), abha_holder());
    let waiting = async {
        hold.caught(hip_tests::world::PATIENCE).await.unwrap();
        let erasing = async {
            world.until("outbound.attempted", before + 2).await;
            erase_her(&world).await;
            let waited = "SELECT max(recorded_at) < now() - interval '1 second' FROM es.event \
                           WHERE event_type = 'outbound.attempted'";
            let has_waited =
                async || sqlx::query_scalar(waited).fetch_one(&world.pool).await.unwrap();
            world.eventually("a second has passed", has_waited).await;
            hold.release();
        };
        tokio::join!(share(&her), erasing).0
    };
    let (of_him, of_her) = tokio::join!(share(&him), waiting);
    of_him.unwrap();
    let Err(FlowError::Refused(error)) = of_her else { panic!("{of_her:?}") };
    assert_eq!(error.code, "ABDM-1010");
}
