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
