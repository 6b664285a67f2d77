//! What follows from an event is stored with it, by whichever process stores the event.

use hip_sandbox::DiscoverRequest;
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use sqlx::{Connection, Executor};

#[tokio::test]
async fn a_process_without_a_worker_stores_the_tasks_and_a_worker_finds_them() {
    let world = World::create().await;
    let _doors = world.launch.start_doors().await;
    assert_eq!(world.push(&visit("7501", true)).await.0, 201);
    let (is_one_transaction, is_free): (bool, bool) = sqlx::query_as(
        "SELECT o.xmin::text = e.xmin::text, o.fence = 0 AND o.lease_until = '-infinity' \
           FROM es.event e JOIN es.outbox o ON o.dedupe = 'pm:' || e.position || ':0' \
          WHERE e.event_type = 'visit.recorded' AND o.kind = 'build_documents'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert!(is_one_transaction, "the task came later than its event");
    assert!(is_free, "nobody works on it");
    let _worker = world.launch.start_worker();
    world.until("visit.linked", 1).await;
}

#[tokio::test]
async fn a_question_waits_for_a_read_model_that_has_not_begun() {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("7502", false)).await.0, 201);
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    assert!(hip.terminate());
    let mut owner = world.database.as_owner().await;
    for statement in
        ["DELETE FROM es.projection WHERE name = 'patient_index'", "TRUNCATE hip.patient_index"]
    {
        owner.execute(statement).await.unwrap();
    }
    // A reader that begins waits for this row, which never comes.
    let mut holding = owner.begin().await.unwrap();
    let begin = "INSERT INTO es.projection (name, generation, shard, state) \
                 VALUES ('patient_index', 1, 0, 'live')";
    holding.execute(begin).await.unwrap();

    let _hip = world.launch.start().await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let phr = world.sandbox.phr();
    let discovering = phr.discover(request);
    let beginning = async {
        world.until("discovery.requested", 1).await;
        let behind = "SELECT count(*) FROM es.projection p WHERE p.name IN ('care_context', 'consent', 'visit') \
                         AND p.position < (SELECT max(position) FROM es.event \
                                            WHERE event_type = 'discovery.requested')";
        world
            .eventually("the others have come to the question", async || {
                let behind: i64 = sqlx::query_scalar(behind).fetch_one(&world.pool).await.unwrap();
                behind == 0
            })
            .await;
        holding.rollback().await.unwrap();
    };
    let (discovered, ()) = tokio::join!(discovering, beginning);
    assert_eq!(discovered.unwrap().answer.unwrap().care_contexts.len(), 3);
}

/// The events of a discovery that follow from its message, each with the number of its transaction.
async fn transactions(world: &World) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT e.event_type, dense_rank() OVER (ORDER BY stored.first) \
           FROM es.event e \
           JOIN (SELECT xmin::text AS xmin, min(position) AS first FROM es.event GROUP BY 1) stored \
             ON stored.xmin = e.xmin::text \
          WHERE e.correlation_id = (SELECT correlation_id FROM es.event WHERE event_type = 'discovery.requested') \
          ORDER BY e.position",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_question_is_answered_with_three_appends() {
    let (world, _hip) = World::start().await;
    assert_eq!(world.push(&visit("7503", false)).await.0, 201);
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    world.sandbox.phr().discover(request).await.unwrap().answer.unwrap();
    world.until_idle().await;
    let stored = transactions(&world).await;
    let stored: Vec<_> = stored.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    assert_eq!(
        stored,
        [
            ("inbound.received", 1),
            ("discovery.requested", 2),
            ("inbound.interpreted", 2),
            ("discovery.patient_matched", 2),
            ("outbound.planned", 2),
            ("outbound.attempted", 2),
            ("outbound.accepted", 3),
        ]
    );
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.outbox o JOIN es.event e ON o.dedupe LIKE 'pm:' || e.position || ':%' \
          WHERE e.correlation_id = (SELECT correlation_id FROM es.event WHERE event_type = 'discovery.requested') \
            AND o.state = 'done'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(ended, 3, "the tasks in between have rows, too: interpret, find_patient, call");
}

/// Another process takes the task while this one is about to store what it did.
#[tokio::test]
async fn a_task_that_another_process_has_taken_is_not_ended() {
    let (world, _hip) = World::start().await;
    assert_eq!(world.push(&visit("7504", false)).await.0, 201);
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    let mut owner = world.database.as_owner().await;
    let mut other = world.database.as_owner().await;
    let mut holding = owner.begin().await.unwrap();
    let hold = "SELECT FROM vault.key WHERE key_id = (SELECT subject_id FROM hip.patient_index) FOR UPDATE";
    holding.execute(hold).await.unwrap();

    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let phr = world.sandbox.phr();
    let discovering = phr.discover(request);
    let taking = async {
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                        AND datname = current_database() AND query LIKE '%UPDATE vault.key%'";
        let is_waiting = async || {
            let mut looking = world.database.as_owner().await;
            let waiting: i64 = sqlx::query_scalar(waits).fetch_one(&mut looking).await.unwrap();
            waiting > 0
        };
        world.eventually("the task waits for the key of the patient", is_waiting).await;
        let take = "UPDATE es.outbox SET fence = fence + 1, lease_until = now() + interval '1 hour' \
                     WHERE kind = 'interpret' AND state = 'due'";
        assert_eq!(other.execute(take).await.unwrap().rows_affected(), 1);
        holding.rollback().await.unwrap();
    };
    let (discovered, ()) = tokio::join!(discovering, taking);
    assert_eq!(discovered.unwrap().answer.unwrap().care_contexts.len(), 3);
    world.until("outbound.accepted", 1).await;
    let stored = transactions(&world).await;
    let of =
        |wanted: &str| stored.iter().find(|(name, _)| name == wanted).map(|(_, number)| *number);
    assert!(
        of("discovery.requested") < of("discovery.patient_matched"),
        "the draft was stored without the task: {stored:?}"
    );
    let left: Vec<(String, i64)> =
        sqlx::query_as("SELECT kind, fence FROM es.outbox WHERE state = 'due'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(left, [("interpret".to_owned(), 2)], "it is the other's");
    for name in ["discovery.requested", "discovery.patient_matched", "outbound.attempted"] {
        assert_eq!(world.count(name).await, 1, "{name}");
    }
    // The other one gives up, and it is done again, without another effect.
    other.execute("UPDATE es.outbox SET lease_until = now()").await.unwrap();
    world.until_idle().await;
    assert_eq!(world.count("outbound.attempted").await, 1);
}
