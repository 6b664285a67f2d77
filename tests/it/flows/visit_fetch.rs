//! Visits that a record system announces are fetched: in turns, not while paused, again after a
//! failure, and never twice with an effect.

use std::time::Duration;

use hip_tests::World;
use hip_tests::person::FACILITY;
use hip_tests::record_system::{OTHER_FACILITY, RecordSystem, document};
use hip_tests::servers::mysql_url;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection};

/// Announces visits in our own database.
async fn announce(world: &World, codes: std::ops::Range<u32>, facility: Option<&str>) {
    let mut owner = world.database.as_owner().await;
    sqlx::query(
        "INSERT INTO intake.ndhm_trigger_visit_data (VisitCode, visitdate, AbdmFacilityID) \
         SELECT code, now(), $3 FROM generate_series($1::int, $2::int - 1) code",
    )
    .bind(i32::try_from(codes.start).unwrap())
    .bind(i32::try_from(codes.end).unwrap())
    .bind(facility)
    .execute(&mut owner)
    .await
    .unwrap();
}

/// Visits of which the trigger table knows that they are in the log.
async fn processed(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM intake.ndhm_trigger_visit_data WHERE Processed_Flag")
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

async fn jobs(world: &World, state: &str) -> Vec<Value> {
    world.hip_json(&["visit", "jobs", "--state", state, "--json"]).await
}

async fn until_done(world: &World, count: usize) {
    world
        .eventually("so many jobs are done", async || jobs(world, "done").await.len() == count)
        .await;
}

/// Long enough for two looks at the trigger table.
const TWO_LOOKS: Duration = Duration::from_millis(2_500);

#[tokio::test]
async fn one_facility_with_many_visits_does_not_delay_another_with_few() {
    let records = RecordSystem::start(Duration::from_millis(300)).await;
    let (world, _hip) = World::start_with(&records.sections("")).await;
    announce(&world, 1_000..1_300, Some(FACILITY)).await;
    world.eventually("the many have begun", async || records.asked().len() > 20).await;
    announce(&world, 2_000..2_003, Some(OTHER_FACILITY)).await;
    until_done(&world, 303).await;
    let asked = records.asked();
    let last_of_few = asked.iter().rposition(|code| code.starts_with('2')).unwrap();
    let still_to_come = asked.len() - last_of_few;
    assert!(still_to_come > 100, "only {still_to_come} of the many came after the few");
    assert_eq!(world.count("visit.recorded").await, 303);
}

#[tokio::test]
async fn of_a_paused_facility_nothing_is_fetched_until_it_is_resumed() {
    let records = RecordSystem::start(Duration::ZERO).await;
    let (world, _hip) = World::start_with(&records.sections("")).await;
    assert!(world.hip(&["facility", "pause", FACILITY]).await.status.success());
    announce(&world, 1_000..1_005, Some(FACILITY)).await;
    announce(&world, 2_000..2_005, Some(OTHER_FACILITY)).await;
    until_done(&world, 5).await;
    tokio::time::sleep(TWO_LOOKS).await;
    assert!(records.asked().iter().all(|code| code.starts_with('2')), "{:?}", records.asked());
    let waiting = jobs(&world, "due").await;
    assert!(waiting.len() == 5 && waiting.iter().all(|job| job["paused"] == true), "{waiting:?}");
    // What is pushed is taken all the same.
    assert_eq!(world.push(&hip_tests::person::visit("1900", false)).await.0, 201);

    assert!(world.hip(&["facility", "resume", FACILITY]).await.status.success());
    until_done(&world, 10).await;
    assert_eq!(processed(&world).await, 10);
    assert_eq!(world.count("visit.recorded").await, 11);
}

#[tokio::test]
async fn a_pause_holds_also_where_only_the_document_names_the_facility() {
    let records = RecordSystem::start(Duration::ZERO).await;
    let (world, _hip) = World::start_with(&records.sections("")).await;
    assert!(world.hip(&["facility", "pause", FACILITY]).await.status.success());
    announce(&world, 1_000..1_003, None).await;
    world
        .eventually("the facility of each is known", async || {
            let waiting = jobs(&world, "due").await;
            waiting.len() == 3 && waiting.iter().all(|job| job["paused"] == true)
        })
        .await;
    let asked = records.asked().len();
    tokio::time::sleep(TWO_LOOKS).await;
    assert_eq!(records.asked().len(), asked, "they are not fetched again and again");
    assert_eq!(world.count("visit.recorded").await, 0);
    assert!(world.hip(&["facility", "resume", FACILITY]).await.status.success());
    until_done(&world, 3).await;
    assert_eq!(world.count("visit.recorded").await, 3);
}

#[tokio::test]
async fn a_refused_document_is_given_up_with_its_path_and_taken_when_it_is_mended() {
    let records = RecordSystem::start(Duration::ZERO).await;
    records.say(|code| {
        let mut refused = document(code);
        refused["beneficiary"]["abhaNumber"] = json!("91-7777");
        (200, refused)
    });
    let (world, _hip) = World::start_with(&records.sections("")).await;
    announce(&world, 1_000..1_001, Some(FACILITY)).await;
    world.eventually("it is dead", async || jobs(&world, "dead").await.len() == 1).await;
    let dead = jobs(&world, "dead").await.remove(0);
    let reason = dead["reason"].as_str().unwrap();
    assert!(reason.contains("beneficiary.abhaNumber"), "{reason}");
    assert!(!reason.contains("91-7777"), "the value is not repeated");
    assert_eq!((&dead["attempts"], &dead["nextAttemptAt"]), (&json!(1), &Value::Null));
    tokio::time::sleep(TWO_LOOKS).await;
    assert_eq!((processed(&world).await, records.asked().len()), (0, 1));

    records.say(|code| (200, document(code)));
    assert!(world.hip(&["visit", "jobs", "retry", "amrit:1"]).await.status.success());
    until_done(&world, 1).await;
    assert_eq!((processed(&world).await, world.count("visit.recorded").await), (1, 1));
    assert_eq!(world.hip(&["visit", "jobs", "retry", "amrit:1"]).await.status.code(), Some(1));
}

#[tokio::test]
async fn a_visit_fetch_that_fails_for_a_while_is_caught_up() {
    let records = RecordSystem::start(Duration::ZERO).await;
    records.say(|code| (if code == "1000" { 404 } else { 503 }, Value::Null));
    let (world, hip) = World::start_with(&records.sections("")).await;
    announce(&world, 1_000..1_003, Some(FACILITY)).await;
    world
        .eventually("each was tried twice", async || {
            let waiting = jobs(&world, "due").await;
            waiting.len() == 3 && waiting.iter().all(|job| job["attempts"].as_i64() >= Some(2))
        })
        .await;
    let waiting = jobs(&world, "due").await;
    assert!(waiting[0]["reason"].as_str().unwrap().contains("404"), "{waiting:?}");
    assert!(waiting[2]["reason"].as_str().unwrap().contains("503"), "{waiting:?}");
    assert!(hip.terminate(), "it stops when told, also while visits wait");
    records.say(|code| (200, document(code)));
    let _hip = world.launch.start().await;
    until_done(&world, 3).await;
    assert_eq!(processed(&world).await, 3);
}

#[tokio::test]
async fn a_visit_fetch_that_never_succeeds_is_given_up() {
    let records = RecordSystem::start(Duration::ZERO).await;
    records.say(|_| (500, Value::Null));
    let (world, _hip) = World::start_with(&records.sections("attempts_max = 2\n")).await;
    announce(&world, 1_000..1_002, Some(FACILITY)).await;
    world.eventually("both are dead", async || jobs(&world, "dead").await.len() == 2).await;
    records.say(|code| (200, document(code)));
    let retried = world.hip(&["visit", "jobs", "retry", "--all-dead"]).await;
    assert_eq!(String::from_utf8(retried.stdout).unwrap(), "2 due again\n");
    until_done(&world, 2).await;
}

#[tokio::test]
async fn the_same_visit_announced_again_is_amended_only_when_it_says_something_else() {
    let records = RecordSystem::start(Duration::ZERO).await;
    let (world, _hip) = World::start_with(&records.sections("")).await;
    let changed = |code: &str| {
        let mut changed = document(code);
        changed["chiefComplaints"][0]["complaint"] = json!("Another");
        (200, changed)
    };
    // The eventId is another one each time.
    for (announced, amended) in [(1, 0), (2, 0)] {
        announce(&world, 1_000..1_001, Some(FACILITY)).await;
        until_done(&world, announced).await;
        assert_eq!(world.count("visit.amended").await, amended);
    }
    records.say(changed);
    announce(&world, 1_000..1_001, Some(FACILITY)).await;
    until_done(&world, 3).await;
    assert_eq!(world.count("visit.amended").await, 1);
    records.say(|code| (200, document(code)));
    announce(&world, 1_000..1_001, Some(FACILITY)).await;
    until_done(&world, 4).await;
    assert_eq!(world.count("visit.amended").await, 2, "what is taken back is an amendment, too");
    assert_eq!((world.count("visit.recorded").await, processed(&world).await), (1, 4));
}

#[tokio::test]
async fn a_document_of_another_visit_is_not_taken() {
    let records = RecordSystem::start(Duration::ZERO).await;
    records.say(|_| (200, document("1999")));
    let (world, _hip) = World::start_with(&records.sections("")).await;
    announce(&world, 1_000..1_001, Some(FACILITY)).await;
    world.eventually("it is dead", async || jobs(&world, "dead").await.len() == 1).await;
    assert!(jobs(&world, "dead").await[0]["reason"].as_str().unwrap().contains("visit.visitCode"));
    let looks = world.count("access.listed").await;
    assert_eq!(world.log.head().await.unwrap(), looks, "nothing but who has looked at the jobs");
}

#[tokio::test]
async fn visits_announced_in_a_mariadb_are_fetched_and_marked_there() {
    let Some(mariadb) = mysql_url().await else { return };
    let mut amrit = MySqlConnection::connect(&mariadb).await.unwrap();
    for sql in [
        "CREATE TABLE ndhm_trg_visitdata (id bigint AUTO_INCREMENT PRIMARY KEY, BeneficiaryRegID bigint, \
           beneficiary_id bigint, visit_reason varchar(100), visit_category varchar(100), VisitCode bigint, \
           visitdate datetime, created_date datetime, Processed_Flag bit(1))",
        "CREATE TABLE t_benvisitdetail (VisitCode bigint, AbdmFacilityID varchar(64))",
    ] {
        amrit.execute(sql).await.unwrap();
    }
    for code in 1_000..1_010 {
        let trigger = format!(
            "INSERT INTO ndhm_trg_visitdata (VisitCode, visitdate) VALUES ({code}, CURRENT_TIMESTAMP)"
        );
        amrit.execute(AssertSqlSafe(trigger)).await.unwrap();
        let detail = format!("INSERT INTO t_benvisitdetail VALUES ({code}, '{FACILITY}')");
        amrit.execute(AssertSqlSafe(detail)).await.unwrap();
    }
    let records = RecordSystem::start(Duration::ZERO).await;
    let tables = "table = \"ndhm_trg_visitdata\"\nfacility_table = \"t_benvisitdetail\"\nlookback_days = 2\nbatch = 3\n";
    let mut world = World::create_with(&records.sections(tables)).await;
    world.launch.environment.push(("HIP_VISIT_SOURCE_URL_AMRIT", mariadb));
    let _hip = world.launch.start().await;
    until_done(&world, 10).await;
    assert!(jobs(&world, "done").await.iter().all(|job| job["facilityId"] == FACILITY));
    let marked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ndhm_trg_visitdata WHERE Processed_Flag = 1")
            .fetch_one(&mut amrit)
            .await
            .unwrap();
    assert_eq!((marked, world.count("visit.recorded").await), (10, 10));
}
