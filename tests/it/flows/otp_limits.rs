//! How many one-time passwords a person and a telephone can be sent, and how many wrong ones are borne.

use hip_sandbox::{DiscoverRequest, Discovery, FlowError, LinkReference};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use serde_json::json;

const MOBILE: &str = "9845012345";
const OTHER: &str = "IN0610099002";

/// What is answered beyond the limits.
const TOO_MANY: &str = "ABDM-1022";

/// A provider of two facilities, at both of which she was.
async fn world(otp: &str) -> (World, hip_tests::process::HipProcess) {
    let other = format!("[[facility]]\nid = {OTHER:?}\nname = \"PHC Other\"\n");
    let mut world = World::create_with(&format!("{other}[otp]\n{otp}")).await;
    world.launch.log_level = "trace";
    world.sandbox.register_facility(OTHER, "PHC Other");
    let hip = world.launch.start().await;
    for (code, facility) in [("7001", FACILITY), ("7002", OTHER)] {
        let mut document = visit(code, false);
        document["facility"]["abdmFacilityId"] = json!(facility);
        assert_eq!(world.push(&document).await.0, 201);
    }
    world.until("care_context.registered", 2).await;
    world.until_idle().await;
    (world, hip)
}

async fn discover(world: &World, facility: &str) -> Discovery {
    world.sandbox.phr().discover(DiscoverRequest::new(facility, &abha_holder())).await.unwrap()
}

async fn init(world: &World, found: &Discovery) -> Result<LinkReference, String> {
    let chosen = &found.answer.as_ref().unwrap().care_contexts;
    world.sandbox.phr().link_init(found, chosen).await.map_err(code)
}

async fn confirm(world: &World, link: &LinkReference, otp: &str) -> Result<usize, String> {
    let linked = world.sandbox.phr().link_confirm(link, otp).await;
    linked.map(|linked| linked.len()).map_err(code)
}

fn code(error: FlowError) -> String {
    match error {
        FlowError::Refused(error) => error.code,
        other @ (FlowError::Silence { .. } | FlowError::Unknown(_)) => panic!("{other}"),
    }
}

fn message_count(world: &World) -> usize {
    world.sandbox.sms().texts(MOBILE).len()
}

#[tokio::test]
async fn one_discovery_gives_a_telephone_one_message_at_a_time() {
    let (world, _hip) = world("cooldown_s = 600\n").await;
    let found = discover(&world, FACILITY).await;
    let (first, second, third) =
        tokio::join!(init(&world, &found), init(&world, &found), init(&world, &found));
    let all = [first, second, third];
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1, "{all:?}");
    assert!(all.iter().all(|one| one.is_ok() || one == &Err(TOO_MANY.to_owned())), "{all:?}");
    assert_eq!(message_count(&world), 1);
    // Another discovery, and another facility with the same telephone, are no way around it.
    let again = discover(&world, FACILITY).await;
    assert_eq!(init(&world, &again).await, Err(TOO_MANY.to_owned()));
    let elsewhere = discover(&world, OTHER).await;
    assert_eq!(init(&world, &elsewhere).await, Err(TOO_MANY.to_owned()));
    assert_eq!(message_count(&world), 1);
}

#[tokio::test]
async fn an_hour_has_a_limit_that_a_restart_does_not_lift() {
    let (world, hip) = world("cooldown_s = 0\nper_hour_max = 3\n").await;
    let found = discover(&world, FACILITY).await;
    for _ in 0..2 {
        init(&world, &found).await.unwrap();
    }
    let elsewhere = discover(&world, OTHER).await;
    init(&world, &elsewhere).await.unwrap();
    hip.kill();
    let _hip = world.launch.start().await;
    for found in [&found, &elsewhere] {
        assert_eq!(
            init(&world, found).await,
            Err(TOO_MANY.to_owned()),
            "the telephone is the same"
        );
    }
    assert_eq!(message_count(&world), 3);
    assert!(!world.logged().contains(MOBILE));
}

#[tokio::test]
async fn wrong_passwords_lock_the_person_and_not_only_the_link() {
    let otp = "cooldown_s = 0\nper_hour_max = 100\nwrong_max = 4\n";
    let (world, _hip) = world(otp).await;
    let found = discover(&world, FACILITY).await;
    let first = init(&world, &found).await.unwrap();
    for _ in 0..3 {
        assert_eq!(confirm(&world, &first, "000000").await, Err("ABDM-1035".to_owned()));
    }
    let before = message_count(&world);
    let second = init(&world, &found).await.unwrap();
    let right = world.sandbox.sms().wait_for_otp(MOBILE, before).await.unwrap();
    assert_eq!(confirm(&world, &second, "000000").await, Err("ABDM-1035".to_owned()));
    assert_eq!(confirm(&world, &second, &right).await, Err(TOO_MANY.to_owned()), "locked");
    assert_eq!(init(&world, &found).await, Err(TOO_MANY.to_owned()), "and nothing more is sent");
    let elsewhere = discover(&world, OTHER).await;
    assert_eq!(init(&world, &elsewhere).await, Err(TOO_MANY.to_owned()));
    assert_eq!(world.count("user_link.confirmed").await, 0);
}

#[tokio::test]
async fn a_right_password_ends_the_count_of_wrong_ones() {
    let otp = "cooldown_s = 0\nper_hour_max = 100\nwrong_max = 3\n";
    let (world, _hip) = world(otp).await;
    for facility in [FACILITY, OTHER] {
        let found = discover(&world, facility).await;
        let before = message_count(&world);
        let link = init(&world, &found).await.unwrap();
        let right = world.sandbox.sms().wait_for_otp(MOBILE, before).await.unwrap();
        for _ in 0..2 {
            assert_eq!(confirm(&world, &link, "000000").await, Err("ABDM-1035".to_owned()));
        }
        assert!(confirm(&world, &link, &right).await.is_ok_and(|linked| linked > 0));
    }
}

#[tokio::test]
async fn without_a_sender_the_service_goes_on_and_says_so_and_production_refuses_the_console() {
    let mut world = World::create().await;
    let path = world.launch.config.clone();
    let text = std::fs::read_to_string(&path).unwrap();
    let config = path.display().to_string();
    let (_, rest) = text.split_once("[sms]\n").unwrap();
    let rest = rest.lines().skip(2).collect::<Vec<_>>().join("\n");
    let before = text.split("[sms]\n").next().unwrap();
    let write = |sms: &str| std::fs::write(&path, format!("{before}{sms}{rest}\n")).unwrap();
    for sms in ["", "[sms]\nsender = \"console\"\n"] {
        write(sms);
        let refused = world.hip(&["doctor", "--config", &config]).await;
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(!refused.status.success(), "{said}");
        assert!(said.contains("allow_console = true"), "it says what to add: {said}");
        let hip = world.launch.start().await;
        assert!(world.logged().contains("no one-time password is sent"));
        hip.kill();
    }
    write("[sms]\nsender = \"console\"\nallow_console = true\n");
    world.launch.environment = vec![("HIP_ENV", "production".to_owned())];
    let refused = world.hip(&["serve", "--config", &config]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("HIP_ENV"), "{said}");
    world.launch.environment = vec![];
    let _hip = world.launch.start().await;
}
