//! Each event has its tasks; missing ones are found and stored.

use hip_tests::World;
use hip_tests::person::visit;
use sqlx::Executor;

#[tokio::test]
async fn a_task_that_was_never_stored_is_found_and_made_up_for() {
    let (world, _hip) = World::start().await;
    assert_eq!(world.push(&visit("7301", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let whole = world.hip(&["outbox", "check"]).await;
    let said = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success() && said.ends_with(", 0 missing tasks\n"), "{said}");

    let events = head(&world).await;
    let lose = "DELETE FROM es.outbox WHERE kind = 'mark_visit_linked'";
    assert_eq!(world.database.as_owner().await.execute(lose).await.unwrap().rows_affected(), 1);
    let broken = world.hip(&["outbox", "check"]).await;
    let said = String::from_utf8(broken.stdout).unwrap();
    assert_eq!(broken.status.code(), Some(1));
    assert!(said.contains("care_context.linked: mark_visit_linked is missing"), "{said}");

    let mended = world.hip(&["outbox", "check", "--repair"]).await;
    assert!(mended.status.success());
    world.until_idle().await;
    assert!(world.hip(&["outbox", "check"]).await.status.success());
    assert_eq!(head(&world).await, events, "what was done is not done again");
}

async fn head(world: &World) -> i64 {
    let newest = sqlx::query_scalar("SELECT position FROM es.log_head");
    newest.fetch_one(&world.pool).await.unwrap()
}
