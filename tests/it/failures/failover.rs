//! The primary is lost, and a standby that lacks its newest commits is promoted while the service serves.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use hip_infra::postgres;
use hip_launcher::{Follow, ReplicatedPostgres};
use hip_sandbox::Proxy;
use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::servers::mongo_url;
use serde_json::Value;

use crate::privacy::erasure::{HIS, erase_her, hers, him, his_visit, opened};

/// A folder that goes with this value, and that the account which runs the servers may pass.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passable = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(folder.path(), passable).unwrap();
        Self(folder)
    }

    fn of(&self, server: &str) -> PathBuf {
        self.0.path().join(server)
    }
}

/// A world whose provider reaches a cluster of its own through a proxy.
async fn world(primary: &ReplicatedPostgres) -> (World, Proxy) {
    let mut world = World::create_with("[seals]\nevents_max = 5\ninterval_s = 1\n").await;
    world.sandbox.register_abha(him());
    let url = primary.url("postgres");
    postgres::migrate(&url).await.unwrap();
    world.use_database(&url).await;
    let proxy = Proxy::before(&[&url]).await.unwrap();
    world.launch.database_url = proxy.through(&url);
    world.launch.environment.extend(mongo_url().await.map(|url| ("MONGODB_URL", url)));
    (world, proxy)
}

async fn verify(world: &World) -> Value {
    let output = world.hip(&["audit", "verify", "--json"]).await;
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// Waits until every event is under a published seal; up to where they go.
async fn until_sealed(world: &World) -> i64 {
    let mut head = 0;
    world
        .eventually("all is sealed", async || {
            head = world.log.head().await.unwrap();
            verify(world).await["sealedTo"] == head
        })
        .await;
    head
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_without_the_newest_commits_takes_over_while_the_service_serves() {
    let folder = Folder::new();
    let mut primary = ReplicatedPostgres::primary(&folder.of("primary")).unwrap();
    let (mut world, proxy) = world(&primary).await;
    let hip = world.launch.start().await;
    assert_eq!(world.push(&visit("7301", true)).await.0, 201);
    assert_eq!(world.push(&his_visit("7302", true)).await.0, 201);
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    until_sealed(&world).await;
    let standby = primary.standby(&folder.of("standby"), Follow::Nothing).unwrap();
    let kept = world.log.head().await.unwrap();

    // What the standby does not receive: an erasure, and another visit.
    erase_her(&world).await;
    assert_eq!(world.push(&his_visit("7303", true)).await.0, 201);
    world.until("visit.linked", 3).await;
    world.until_idle().await;
    let lost = until_sealed(&world).await;
    assert!(lost > kept);

    primary.kill();
    standby.promote().unwrap();
    let url = standby.url("postgres");
    world.use_database(&url).await;
    world.launch.database_url = proxy.through(&url);
    assert!(!opened(&world, hers()).await.0.is_empty(), "the standby has her keys");
    // Somebody who had begun to build documents anew died over it; the lease still holds.
    let began = "INSERT INTO es.projection (name, generation, shard, state, owner, fence, lease_until) \
         SELECT name, max(generation) + 1, shard, 'building', 'who died', 1, now() + interval '12 s' \
           FROM es.projection WHERE name = 'resource_documents' GROUP BY name, shard";
    sqlx::query(began).execute(&mut world.database.as_owner().await).await.unwrap();
    proxy.redirect(&[&url]);

    // The same process goes on. By the time it serves again, she is erased again.
    world
        .eventually("the service serves again", async || {
            world.try_push(&his_visit("7304", true)).await.is_some_and(|(status, _)| status == 201)
        })
        .await;
    assert_eq!(world.count("subject.purged").await, 1);
    assert!(opened(&world, hers()).await.0.is_empty());
    assert!(!opened(&world, &HIS).await.0.is_empty(), "nobody else is touched");
    world.until("visit.linked", 3).await;
    world.until_idle().await;
    let logged = world.logged();
    assert!(logged.contains("lacks its newest events"), "{logged}");
    if mongo_url().await.is_some() {
        assert!(logged.contains("being rebuilt by another process"), "{logged}");
    }

    // Documents elsewhere are what the log says, and it is sealed again; what was lost is said.
    world.rebuild_all().await;
    until_sealed(&world).await;
    let report = verify(&world).await;
    assert_eq!(report["whole"], true, "{report}");
    assert_eq!(report["restarts"][0]["lostThrough"], lost, "{report}");
    let epoch = &report["epochs"][1];
    assert_eq!(epoch["lostThrough"], lost, "{report}");
    assert_eq!(epoch["beginsAfter"], kept, "{report}");
    assert!(hip.terminate());
}

#[tokio::test]
async fn a_store_that_is_ahead_of_its_checkpoint_is_built_anew_whatever_was_appended_since() {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("7401", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    assert!(hip.terminate());
    // As after a promotion: another history, and a checkpoint that is older than what the store was given. The
    // log has gone on meanwhile, so that its end says nothing of what the store should know.
    let mut owner = world.database.as_owner().await;
    for statement in [
        "INSERT INTO es.timeline \
                (epoch, system_identifier, wal_timeline, database_oid, begins_after, lost_through) \
         SELECT epoch + 1, system_identifier, wal_timeline + 1, database_oid, begins_after, lost_through \
           FROM es.timeline ORDER BY epoch DESC LIMIT 1",
        "UPDATE es.projection SET position = e.position - 1 FROM es.event e \
          WHERE name = 'resource_documents' AND e.event_type = 'visit.bundles_built'",
    ] {
        sqlx::query(statement).execute(&mut owner).await.unwrap();
    }
    let _hip = world.launch.start().await;
    let logged = world.logged();
    let removed = logged.lines().find(|line| line.contains("does not know were removed"));
    assert!(removed.is_some_and(|line| line.contains("resource_documents")), "{logged}");
    world.until_idle().await;
    world.rebuild_all().await;
}
