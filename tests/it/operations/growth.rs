//! What grows with the log stays cheap: tables of many rows, and what each question reads of them.

use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{CollectionName, FieldPath, Fields, Put, SUBJECT, Sought};
use hip_infra::document_store::PgDocumentStore;
use hip_infra::postgres::event_store::APPEND_KEYS_KEPT;
use hip_infra::worker::replays::SELECT;
use hip_tests::{TestDatabase, World, size};
use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

/// A million, or a tenth of it for who waits. The bounds are the same.
fn row_count() -> i64 {
    size(1_000_000, 100_000)
}

/// A question of a person, or a step of a walk, may read so many blocks of 8 KiB, in memory or not.
const BLOCKS_MAX: u64 = 2_000;

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, PgArguments>;

/// Blocks that a statement reads.
async fn blocks(
    connection: &mut PgConnection,
    statement: &str,
    bind: impl FnOnce(Query<'_>) -> Query<'_>,
) -> u64 {
    use sqlx::Row;
    connection.execute("SET plan_cache_mode = force_custom_plan").await.unwrap();
    let explained = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}");
    let row = bind(sqlx::query(AssertSqlSafe(explained))).fetch_one(connection).await.unwrap();
    let plan: Value = row.get(0);
    let plan = &plan[0]["Plan"];
    let count = |name: &str| plan[name].as_u64().unwrap();
    let read = count("Shared Hit Blocks") + count("Shared Read Blocks");
    assert!(read > 0, "nothing was read: {plan}");
    read
}

/// Callbacks and calls of a year, one in ten thousand of them given up.
async fn fill_messages(owner: &mut PgConnection) {
    for statement in [
        "INSERT INTO hip.callback (stream_id, request_id, kind, api, facility_id, received_at, received_pos, late_by_s, \
                                   status, error, reason, closed_at) \
         SELECT 'in-gateway-' || id, id, 'discover', 'v3', 'IN2910000017', at, n, 0, \
                CASE WHEN n % 10000 = 0 THEN 'rejected' ELSE 'interpreted' END, \
                CASE WHEN n % 10000 = 0 THEN 'ABDM-1010' END, CASE WHEN n % 10000 = 0 THEN 'not found' END, at \
           FROM (SELECT n, md5(n::text)::uuid AS id, now() - n * interval '30 seconds' AS at \
                   FROM generate_series(1, $1::bigint) AS n) made",
        "INSERT INTO hip.outbound_call (stream_id, request_id, kind, facility_id, conversation, planned_at, planned_pos, \
                                        status, error, changed_at) \
         SELECT 'out-' || id, id, 'on_discover', 'IN2910000017', id, at, n, \
                CASE WHEN n % 10000 = 0 THEN 'abandoned' ELSE 'accepted' END, \
                CASE WHEN n % 10000 = 0 THEN 'ABDM-1006' END, at \
           FROM (SELECT n, md5(n::text)::uuid AS id, now() - n * interval '30 seconds' AS at \
                   FROM generate_series(1, $1::bigint) AS n) made",
    ] {
        sqlx::query(statement).bind(row_count()).execute(&mut *owner).await.unwrap();
    }
    owner.execute("VACUUM ANALYZE hip.callback, hip.outbound_call").await.unwrap();
}

#[tokio::test]
async fn dead_letters_are_found_by_an_index() {
    let database = TestDatabase::create().await;
    let mut owner = database.as_owner().await;
    fill_messages(&mut owner).await;
    let all = "SELECT count(*) FROM hip.dead_letters()";
    assert!(blocks(&mut owner, all, |query| query).await < BLOCKS_MAX);
    let dead: i64 = sqlx::query_scalar(all).fetch_one(&mut owner).await.unwrap();
    assert_eq!(dead, row_count() / 10_000 * 2);
    let cause: String = sqlx::query_scalar("SELECT cause FROM hip.dead_letters() LIMIT 1")
        .fetch_one(&mut owner)
        .await
        .unwrap();

    let streams =
        vec![format!("in-gateway-{}", uuid::Uuid::nil()), format!("out-{}", uuid::Uuid::nil())];
    let since = chrono::Utc::now() - chrono::TimeDelta::hours(1);
    let none = None::<String>;
    let by_id = blocks(&mut owner, SELECT, |query| {
        let query = query.bind(Some(&streams)).bind(None::<Vec<String>>);
        let query = query.bind(None::<chrono::DateTime<chrono::Utc>>);
        let query = query.bind(None::<chrono::DateTime<chrono::Utc>>);
        query.bind(&none).bind(&none).bind(&none).bind(&none).bind(100_001_i64)
    });
    assert!(by_id.await < BLOCKS_MAX);
    let by_time = blocks(&mut owner, SELECT, |query| {
        let query = query.bind(None::<Vec<String>>).bind(None::<Vec<String>>);
        let query = query.bind(Some(since)).bind(None::<chrono::DateTime<chrono::Utc>>);
        query.bind(&none).bind(&none).bind(&none).bind(&none).bind(100_001_i64)
    });
    assert!(by_time.await < BLOCKS_MAX);
    let by_cause = blocks(&mut owner, SELECT, |query| {
        let query = query.bind(None::<Vec<String>>).bind(None::<Vec<String>>);
        let query = query.bind(None::<chrono::DateTime<chrono::Utc>>);
        let query = query.bind(None::<chrono::DateTime<chrono::Utc>>);
        query.bind(&none).bind(&none).bind(&none).bind(Some(&cause)).bind(100_001_i64)
    });
    assert!(by_cause.await < BLOCKS_MAX);
}

/// Walks a table as the service does; the number of steps, and the most blocks that one of them read.
async fn walk(service: &mut PgConnection, function: &str) -> (u32, u64) {
    let (mut block, mut steps, mut most) = (0_i64, 0, 0);
    loop {
        let step = format!("SELECT {function}($1)");
        most = most.max(blocks(service, &step, |query| query.bind(block)).await);
        let next: Option<i64> = sqlx::query_scalar(AssertSqlSafe(step))
            .bind(block)
            .fetch_one(&mut *service)
            .await
            .unwrap();
        steps += 1;
        block = next.expect("nobody else walks");
        if block == 0 {
            return (steps, most);
        }
    }
}

#[tokio::test]
async fn tasks_that_were_done_and_old_keys_are_deleted_step_by_step() {
    let database = TestDatabase::create().await;
    let mut owner = database.as_owner().await;
    for statement in [
        "INSERT INTO es.outbox (shard, dedupe, stream_id, kind, request, state, due_at) \
         SELECT 0, 'pm:' || n || ':0', 's-' || n, 'call', '\\x00', \
                CASE n % 1000 WHEN 1 THEN 'due' WHEN 2 THEN 'dead' ELSE 'done' END, \
                now() - (n % 14) * interval '1 day' \
           FROM generate_series(1, $1::bigint) AS n WHERE $2 > 0",
        "INSERT INTO es.append_key (shard, key, stream_id, last_version, recorded_at) \
         SELECT 0, 'key-' || n, 's-' || n, 1, \
                now() - make_interval(days => $2) + CASE n % 2 WHEN 0 THEN 1 ELSE -1 END * interval '1 hour' \
           FROM generate_series(1, $1::bigint) AS n",
    ] {
        let kept_days = i32::try_from(APPEND_KEYS_KEPT.num_days()).unwrap();
        let insert = sqlx::query(statement).bind(row_count()).bind(kept_days);
        insert.execute(&mut owner).await.unwrap();
    }
    owner.execute("VACUUM ANALYZE es.outbox, es.append_key").await.unwrap();

    let mut service = database.as_service(1).await.acquire().await.unwrap().detach();
    for (function, table) in
        [("es.forget_done_tasks", "es.outbox"), ("es.forget_append_keys", "es.append_key")]
    {
        let (steps, most) = walk(&mut service, function).await;
        assert!(steps > 1, "{table}: a walk has steps, not {steps}");
        // Each row that goes is read, and marked.
        assert!(most < 60_000, "{table}: a step reads {most} blocks");
    }
    let left = "SELECT count(*) FILTER (WHERE state = 'done' AND due_at < now() - interval '8 days'), \
                       count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'due'), \
                       count(*) FILTER (WHERE state = 'dead') FROM es.outbox";
    let (old, done, due, dead): (i64, i64, i64, i64) =
        sqlx::query_as(left).fetch_one(&mut owner).await.unwrap();
    assert_eq!(old, 0, "tasks that were done more than a week ago");
    assert!(done > row_count() / 3, "younger ones stay: {done}");
    assert_eq!((due, dead), (row_count() / 1_000, row_count() / 1_000));
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM es.append_key")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(keys, row_count() / 2);
    // The service forgets nothing else, and nothing younger.
    let refused = service.execute("DELETE FROM es.append_key").await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

#[tokio::test]
async fn the_service_deletes_what_is_old_by_itself() {
    let world = World::create().await;
    let mut owner = world.database.as_owner().await;
    owner
        .execute(
            "INSERT INTO es.outbox (shard, dedupe, stream_id, kind, request, state, due_at) \
             SELECT 0, 'pm:' || n, 's', 'call', '\\x00', 'done', now() - n * interval '2 days' \
               FROM generate_series(1, 5) AS n",
        )
        .await
        .unwrap();
    let _hip = world.launch.start().await;
    world
        .eventually("those of more than a week are gone", async || {
            let left: i64 =
                sqlx::query_scalar("SELECT count(*) FROM es.outbox WHERE stream_id = 's'")
                    .fetch_one(&world.pool)
                    .await
                    .unwrap();
            left == 3
        })
        .await;
}

/// Documents of many, a person's found and changed: by the index over whose they are, and without a new entry in any.
#[tokio::test]
async fn the_documents_of_a_person_are_found_and_changed_without_touching_the_rest() {
    let database = TestDatabase::create().await;
    let mut owner = database.as_owner().await;
    let collection = CollectionName::parse("Amrit_Resource").unwrap();
    let store = PgDocumentStore::new(database.as_service(2).await);
    store.prepare(&collection, 1, &[]).await.unwrap();
    store.promote(&collection, 1).await.unwrap();
    let shared = vec!["person-7".into(), "person-8".into()];
    let put = |position| Put {
        key: "shared".to_owned(),
        position,
        fields: Fields::new().with(SUBJECT, shared.clone()).with("at", position),
    };
    sqlx::query(
        "INSERT INTO hip.document (collection, generation, key, position, fields) \
         SELECT $1, 1, 'key-' || n, n, jsonb_build_object('subjectId', 'person-' || n, 'text', md5(n::text)) \
           FROM generate_series(1, $2::bigint) AS n",
    )
    .bind(collection.as_str())
    .bind(row_count())
    .execute(&mut owner)
    .await
    .unwrap();
    store.put_many(&collection, 1, &[put(1)]).await.unwrap();
    owner.execute("VACUUM ANALYZE hip.document").await.unwrap();
    let subject = FieldPath::parse(SUBJECT).unwrap();
    let found =
        store.find_in(&collection, 1, &subject, Sought::Text("person-7"), 10).await.unwrap();
    let keys: Vec<&str> = found.iter().map(|document| document.key.as_str()).collect();
    assert_eq!(keys, ["key-7", "shared"]);
    store.put_many(&collection, 1, &[put(2)]).await.unwrap();
    // What a connection has counted is told when it ends.
    drop(store);
    let counts = "SELECT n_tup_upd, n_tup_hot_upd, \
                         (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'document_of_subject') \
                    FROM pg_stat_user_tables WHERE relname = 'document'";
    let deadline = std::time::Instant::now() + hip_tests::world::PATIENCE;
    loop {
        owner.execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let (updates, without_index, by_subject): (i64, i64, i64) =
            sqlx::query_as(counts).fetch_one(&mut owner).await.unwrap();
        if updates == 1 && by_subject > 0 {
            assert_eq!(without_index, 1, "the update wrote to an index");
            return;
        }
        let told = format!("{updates} updates, {by_subject} uses of the index over subjects");
        assert!(std::time::Instant::now() < deadline, "{told}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
