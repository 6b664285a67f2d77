//! What is in the log stays: for the service by grant, for everybody by trigger.

use hip_tests::person::visit;
use hip_tests::{TestDatabase, World};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

const TAMPERINGS: [&str; 7] = [
    "UPDATE es.event SET body = '{}'",
    "UPDATE es.event_p0000 SET body = '{}'",
    "DELETE FROM es.event",
    "DELETE FROM es.event_p0000",
    "TRUNCATE es.event",
    "TRUNCATE es.event_p0000",
    "INSERT INTO es.event SELECT shard, position + 1000, stream_id, version + 1000, event_id, event_type, \
     schema_version, recorded_at, correlation_id, causation_id, subject_id, codec, body, meta, hash FROM es.event",
];

async fn refused(connection: &mut PgConnection, statement: &'static str) -> String {
    let error = connection.execute(statement).await.expect_err(statement);
    error.to_string()
}

#[tokio::test]
async fn the_services_role_is_refused_by_grant() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    let mut connection = world.pool.acquire().await.unwrap();
    for statement in TAMPERINGS {
        let error = refused(&mut connection, statement).await;
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
    for table in ["es.log_head", "es.stream", "es.append_key", "es.seal"] {
        let statement = AssertSqlSafe(format!("DELETE FROM {table}"));
        let error = (&mut *connection).execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{table}: {error}");
    }
}

#[tokio::test]
async fn the_owner_is_refused_by_trigger() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    let mut owner = world.database.as_owner().await;
    for statement in TAMPERINGS[..6].iter().chain(&["TRUNCATE es.seal"]) {
        let error = refused(&mut owner, statement).await;
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_login_that_may_only_serve_can_serve() {
    let mut world = World::create().await;
    let mut owner = world.database.as_owner().await;
    let login = format!("app_{}", uuid::Uuid::new_v4().simple());
    let create = format!("CREATE ROLE {login} LOGIN PASSWORD '{login}' IN ROLE hip_service");
    owner.execute(AssertSqlSafe(create)).await.unwrap();
    let (_, address) = world.database.url.split_once('@').unwrap();
    world.launch.database_url = format!("postgres://{login}:{login}@{address}");
    let _hip = world.launch.start().await;
    assert_eq!(world.push(&visit("3002", true)).await.0, 201);
    world.until("visit.linked", 1).await;
}

#[tokio::test]
async fn a_key_is_made_with_the_first_event_of_its_subject_or_not_at_all() {
    let database = TestDatabase::create().await;
    let pool = database.as_service(1).await;
    let error = sqlx::query(
        "INSERT INTO vault.key (key_id, wrapped, kek_id) VALUES (gen_random_uuid(), '', '')",
    )
    .execute(&pool)
    .await
    .unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}
