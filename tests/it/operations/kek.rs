//! Key-encryption keys: a lost one is not replaced, another one is refused, and an old one is retired.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hip_sandbox::DiscoverRequest;
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::hip_binary;
use serde_json::Value;

const CONFIG: &str = "--config";

/// A world with a linked visit, whose provider has ended.
async fn used() -> World {
    let (world, hip) = World::start().await;
    world.push(&visit("3501", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    assert!(hip.terminate());
    world
}

fn kek(world: &World) -> PathBuf {
    world.launch.data_dir().join("kek")
}

async fn with_config(world: &World, arguments: &[&str]) -> Output {
    let config = world.launch.config.display().to_string();
    world.hip(&[arguments, &[CONFIG, &config]].concat()).await
}

async fn listed(world: &World) -> Vec<Value> {
    let output = with_config(world, &["key", "list", "--json"]).await;
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// The checks of `hip doctor` with this name: outcome, and what was found.
async fn doctor(world: &World, name: &str) -> Vec<(String, String)> {
    let output = with_config(world, &["doctor", "--json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = told["checks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checks
        .filter(|check| check["name"] == name)
        .map(|check| (text(&check["outcome"]), text(&check["what"])))
        .collect()
}

/// A new key in a new file becomes the one that wraps; the one before is among the older ones.
fn replace_kek(world: &World, new: &Path) {
    let made = Command::new(hip_binary()).args(["key", "make-kek"]).arg(new).status().unwrap();
    assert!(made.success());
    let text = std::fs::read_to_string(&world.launch.config).unwrap();
    let old = format!("[keys]\nfile = \"{}\"\n", kek(world).display());
    assert!(text.contains(&old));
    let both = format!(
        "[keys]\nfile = \"{}\"\nolder_files = [\"{}\"]\n",
        new.display(),
        kek(world).display()
    );
    std::fs::write(&world.launch.config, text.replace(&old, &both)).unwrap();
}

fn forget_older(world: &World) {
    let text = std::fs::read_to_string(&world.launch.config).unwrap();
    let line = format!("older_files = [\"{}\"]\n", kek(world).display());
    assert!(text.contains(&line));
    std::fs::write(&world.launch.config, text.replace(&line, "")).unwrap();
}

/// Everything that is sealed opens, and who was known is known.
async fn assert_whole(world: &World) {
    let shown = world.show("3501").await;
    assert_eq!(shown["linked"], true);
    let document = shown["documents"][0]["document_id"].as_str().unwrap();
    let url = format!("{}/fhir/Bundle/{document}", world.launch.url);
    let client = reqwest::Client::new();
    let shown = client.get(url).bearer_auth(&world.launch.api_key).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let found = world.sandbox.phr().discover(request).await.unwrap().answer;
    // She is known, and all that there is of her is linked. Who is not known is answered otherwise.
    assert_eq!(found.unwrap_err().code, "ABDM-1012");
}

#[tokio::test]
async fn a_lost_key_file_is_not_replaced() {
    let world = used().await;
    let away = world.launch.data_dir().join("kek.away");
    std::fs::rename(kek(&world), &away).unwrap();
    let said = world.launch.refused().await;
    assert!(said.contains("is missing, and this database holds keys"), "{said}");
    assert!(!kek(&world).exists(), "nothing was made");
    let found = doctor(&world, "key-encryption key").await;
    assert!(matches!(&found[..], [(outcome, _)] if outcome == "failed"), "{found:?}");

    std::fs::rename(&away, kek(&world)).unwrap();
    let _hip = world.launch.start().await;
    assert_whole(&world).await;
}

#[tokio::test]
async fn another_key_than_that_of_the_vault_is_refused() {
    let mut world = used().await;
    let own = std::fs::read_to_string(kek(&world)).unwrap();
    std::fs::remove_file(kek(&world)).unwrap();
    let made = Command::new(hip_binary()).args(["key", "make-kek"]).arg(kek(&world)).status();
    assert!(made.unwrap().success());
    let said = world.launch.refused().await;
    assert!(said.contains("this database holds keys under local-"), "{said}");
    assert!(said.contains("hip key rewrap"), "what to do: {said}");
    let found = doctor(&world, "key-encryption key").await;
    assert!(found.iter().any(|(outcome, _)| outcome == "failed"), "{found:?}");
    let missing = listed(&world).await;
    assert!(missing.iter().any(|one| one["role"] == "missing" && one["keys"].as_i64() > Some(0)));
    // From the environment, too.
    let other = std::fs::read_to_string(kek(&world)).unwrap();
    world.launch.environment = vec![("HIP_KEK", other.clone())];
    assert!(world.launch.refused().await.contains("this database holds keys under local-"));
    // Neither file nor variable shows in what is said.
    assert!(!said.contains(own.trim()) && !said.contains(other.trim()));
    world.launch.environment = vec![("HIP_KEK", other), ("HIP_KEK_OLDER", own)];
    let _hip = world.launch.start().await;
    assert_whole(&world).await;
}

#[tokio::test]
async fn a_key_is_replaced_beside_a_running_service() {
    let world = used().await;
    let new = world.launch.data_dir().join("kek.new");
    let hip = world.launch.start().await; // it has the old one only
    replace_kek(&world, &new);
    let early = with_config(&world, &["key", "rewrap", "--json"]).await;
    let said = String::from_utf8_lossy(&early.stderr).into_owned();
    assert_eq!(early.status.code(), Some(3), "{said}");
    assert!(
        said.contains("1 running processes of hip do not have the key-encryption key"),
        "{said}"
    );
    assert_whole(&world).await;
    assert!(hip.terminate());

    let hip = world.launch.start().await;
    let before = listed(&world).await;
    let [current, older] = &before[..] else { panic!("{before:?}") };
    assert_eq!((&current["role"], &older["role"]), (&"wraps".into(), &"unwraps".into()));
    assert!(older["keys"].as_i64() > Some(0) && older["facilityKeys"] == 1, "{older}");
    let pseudonyms: Vec<Vec<u8>> = pseudonyms(&world).await;
    let rewrapped = with_config(&world, &["key", "rewrap", "--json"]).await;
    let told: Value = serde_json::from_slice(&rewrapped.stdout).unwrap();
    assert_eq!(told["left"], 0, "{told}");
    assert_eq!(told["damaged"], 0, "{told}");
    assert_whole(&world).await;
    // Again there is nothing to do.
    let again = with_config(&world, &["key", "rewrap", "--json"]).await;
    let told: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(told["rewrapped"], 0, "{told}");
    let after = listed(&world).await;
    assert!(after[0]["keys"].as_i64() > Some(0), "{after:?}");
    assert_eq!((&after[1]["keys"], &after[1]["facilityKeys"]), (&0.into(), &0.into()));
    assert!(hip.terminate());

    // The old one is needed no more.
    forget_older(&world);
    std::fs::remove_file(kek(&world)).unwrap();
    let _hip = world.launch.start().await;
    assert_whole(&world).await;
    let known: Vec<Vec<u8>> = self::pseudonyms(&world).await;
    assert!(pseudonyms.iter().all(|one| known.contains(one)), "a pseudonym has changed");
    let (status, _) = world.push(&visit("3501", true)).await;
    assert_eq!(status, 200, "the visit is known by its code");
}

async fn pseudonyms(world: &World) -> Vec<Vec<u8>> {
    sqlx::query_scalar(
        "SELECT convert_to(stream_id, 'UTF8') FROM es.stream WHERE stream_id LIKE 'visit-%' ORDER BY 1",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap()
}

/// Some keys are under the new one already, as after a kill; some have no id; one is destroyed.
#[tokio::test]
async fn a_begun_rewrap_is_finished_and_destroyed_keys_stay_destroyed() {
    let world = used().await;
    let new = world.launch.data_dir().join("kek.new");
    let mut owner = world.database.as_owner().await;
    for statement in [
        "UPDATE vault.key SET wrapped = NULL, destroyed_at = now() WHERE key_id = \
           (SELECT key_id FROM vault.key WHERE subject_id IS NOT NULL LIMIT 1)",
        "UPDATE vault.key SET kek_id = '' WHERE key_id = \
           (SELECT key_id FROM vault.key WHERE wrapped IS NOT NULL ORDER BY key_id LIMIT 1)",
    ] {
        let changed = sqlx::query(statement).execute(&mut owner).await.unwrap();
        assert_eq!(changed.rows_affected(), 1, "{statement}");
    }
    replace_kek(&world, &new);
    let rewrapped = with_config(&world, &["key", "rewrap", "--json"]).await;
    assert!(rewrapped.status.success(), "{}", String::from_utf8_lossy(&rewrapped.stderr));
    let keks: Vec<(String, bool, i64)> = sqlx::query_as(
        "SELECT kek_id, wrapped IS NULL, count(*) FROM vault.key GROUP BY 1, 2 ORDER BY 2, 1",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let [(_, false, _), (_, true, 1)] = &keks[..] else { panic!("{keks:?}") };
    forget_older(&world);
    let _hip = world.launch.start().await;
    assert_whole(&world).await;
}

/// What cannot be unwrapped stays, is counted, and does not hold up the others.
#[tokio::test]
async fn a_damaged_key_is_counted_and_left_as_it_is() {
    let world = used().await;
    let new = world.launch.data_dir().join("kek.new");
    let mut owner = world.database.as_owner().await;
    sqlx::query(
        "UPDATE vault.key SET wrapped = 'damaged'::bytea WHERE key_id = \
           (SELECT key_id FROM vault.key WHERE subject_id IS NOT NULL LIMIT 1)",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    replace_kek(&world, &new);
    let rewrapped = with_config(&world, &["key", "rewrap", "--json"]).await;
    assert_eq!(rewrapped.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&rewrapped.stdout).unwrap();
    assert_eq!((&told["damaged"], &told["left"]), (&1.into(), &1.into()), "{told}");
    // Its key-encryption key is still needed, and that is said.
    let found = doctor(&world, "key-encryption key").await;
    assert!(found.iter().any(|(outcome, _)| outcome == "warning"), "{found:?}");
    forget_older(&world);
    assert!(world.launch.refused().await.contains("this database holds keys under local-"));
}

#[tokio::test]
async fn a_data_directory_that_is_not_there_is_made_for_its_owner_alone() {
    let mut world = World::create().await;
    let data_dir = world.launch.data_dir().join("var/lib/hip");
    world.launch.environment.push(("HIP_DATA_DIR", data_dir.display().to_string()));
    let _hip = world.launch.start().await;
    assert_eq!(std::fs::metadata(&data_dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(data_dir.join("seal-key.pem").exists());
}
