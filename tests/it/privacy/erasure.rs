//! A person is erased: nothing of them can be read anywhere, the log is whole, and everybody else is served.

mod journal;
mod opt_out;
mod restored;
mod retention;
mod steps;
mod traces;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hip_commands::port::Vault as _;
use hip_commands::port::vault::Opened;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_sandbox::{AbhaHolder, DiscoverRequest};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, SECRETS, abha_holder, mentions, visit};
use hip_tests::servers::{mongo_url, redis_url};
use hip_tests::world::API_KEY;
use serde_json::{Value, json};
use uuid::Uuid;

use self::traces::traces;
use crate::privacy::nothing_personal::play;

const REASON: [&str; 2] = ["--reason", "the patient wishes it"];

/// Of Kavya; the last of the suite's secrets is a key.
pub(crate) fn hers() -> &'static [&'static str] {
    let (key, hers) = SECRETS.split_last().unwrap();
    assert_eq!(*key, API_KEY);
    hers
}

/// Somebody else at the same facility.
pub(crate) const HIS: [&str; 4] = ["Devan", "devan.p77", "9833311122", "Bronchitis"];

pub(crate) fn him() -> AbhaHolder {
    AbhaHolder {
        abha_address: "devan.p77@sbx".to_owned(),
        abha_number: "91555512349876".to_owned(),
        name: "Devan Pillai".to_owned(),
        gender: "M".to_owned(),
        year_of_birth: 1977,
        mobile: "9833311122".to_owned(),
    }
}

pub(crate) fn his_visit(code: &str, with_abha: bool) -> Value {
    let mut document = visit(code, with_abha);
    let own = json!({
        "beneficiaryId": "77005555",
        "beneficiaryRegId": "77005555",
        "name": "Devan Pillai",
        "gender": "Male",
        "dateOfBirth": "1977-02-03",
        "phone": "+91 98333 11122",
    });
    document["beneficiary"] = own;
    if with_abha {
        document["beneficiary"]["abhaNumber"] = json!("91-5555-1234-9876");
        document["beneficiary"]["abhaAddress"] = json!("devan.p77@sbx");
    }
    document["chiefComplaints"][0] = json!({ "complaint": "Bronchitis" });
    document["prescriptions"][0]["genericName"] = json!("Ambroxol");
    document
}

/// What `hip erase` is called with, and the address of the server.
async fn erase(world: &World, arguments: &[&str]) -> std::process::Output {
    let arguments = [&["erase", "--url", &world.launch.url], arguments].concat();
    world.hip(&arguments).await
}

fn lines(output: &std::process::Output) -> Vec<Value> {
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// Erases Kavya, and waits until nothing is left.
pub(crate) async fn erase_her(world: &World) -> Value {
    let named = ["--abha", "Kavya.N90@sbx", "--json"];
    let erased = erase(world, &[&named[..], &REASON].concat()).await;
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    let [told] = <[Value; 1]>::try_from(lines(&erased)).unwrap();
    assert_eq!(told["state"], "purged", "{told}");
    told
}

/// A vault with the world's own key-encryption key, and nothing in its memory.
fn vault(world: &World) -> PgVault {
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let config: toml::Table = config.parse().unwrap();
    let key = LocalKey::read(Path::new(config["keys"]["file"].as_str().unwrap())).unwrap();
    PgVault::new(world.pool.clone(), Arc::new(key))
}

/// Which of these can be read by who has all keys that there are. Every event opens or is known to be
/// erased; says how many of each.
pub(crate) async fn opened<'n>(
    world: &World,
    needles: &[&'n str],
) -> (BTreeSet<&'n str>, usize, usize) {
    let vault = vault(world);
    let (mut found, mut plain, mut erased) = (BTreeSet::new(), 0, 0);
    for stored in world.log.page(0, 100_000).await.unwrap() {
        if stored.envelope.is_none() {
            continue;
        }
        match vault.open(&stored).await.unwrap() {
            Opened::Plain(bytes) => {
                plain += 1;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                found.extend(needles.iter().copied().filter(|needle| mentions(&text, needle)));
            }
            Opened::Erased => erased += 1,
        }
    }
    (found, plain, erased)
}

/// Both patients with all that can happen to somebody, and what a record system has written down of hers.
async fn history(world: &World) {
    world.sandbox.register_abha(him());
    world.push(&his_visit("4001", true)).await;
    world.push(&his_visit("4002", false)).await;
    world.until("visit.linked", 1).await;
    // Before she is known here: messages of hers that are about nobody.
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    world.sandbox.phr().discover(request).await.unwrap().answer.unwrap_err();
    play(world).await;
    let mut owner = world.database.as_owner().await;
    sqlx::raw_sql(
        "INSERT INTO intake.ndhm_trigger_visit_data \
             (BeneficiaryRegID, beneficiary_id, visit_reason, VisitCode, Processed_Flag, AbdmFacilityID) \
         VALUES (88001234, 88001234, 'Migraine', 3001, true, 'IN0610099001'), \
                (77005555, 77005555, 'Bronchitis', 4001, true, 'IN0610099001'); \
         INSERT INTO hip.visit_job (source, trigger_id, visit_code, facility_id, state) \
         VALUES ('amrit', 1, '3001', 'IN0610099001', 'done'), ('amrit', 2, '4001', 'IN0610099001', 'done')",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    world.until_idle().await;
}

async fn bundle(world: &World, document: &str) -> u16 {
    let url = format!("{}/fhir/Bundle/{document}", world.launch.url);
    let client = reqwest::Client::builder().build().unwrap();
    client.get(url).bearer_auth(API_KEY).patiently().await.unwrap().status().as_u16()
}

/// The whole of it, on whichever stores the world has.
async fn nothing_is_left_and_everything_goes_on(world: &World) {
    history(world).await;
    world.rebuild_all().await;
    let every: BTreeSet<&str> =
        hers().iter().copied().filter(|needle| !needle.contains('-')).collect();
    let (found, ..) = opened(world, hers()).await;
    assert!(found.is_superset(&every), "only {found:?} can be read before");
    let before = traces(world, hers()).await;
    assert!(before.iter().any(|trace| trace.contains("ndhm_trigger")), "{before:?}");
    let shown = world.show("3002").await;
    let document = shown["documents"][0]["document_id"].as_str().unwrap().to_owned();
    assert_eq!(bundle(world, &document).await, 200);

    let tried = erase(world, &["--abha", "kavya.n90@sbx", "--dry-run", "--json"]).await;
    let [trial] = <[Value; 1]>::try_from(lines(&tried)).unwrap();
    assert_eq!(trial["holdings"]["visits"], 2, "{trial}");
    assert_eq!(trial["holdings"]["userLinks"], 1, "{trial}");
    assert_eq!(world.count("subject.erasure_requested").await, 0, "a trial decides nothing");
    let told = erase_her(world).await;
    // One more than was known to be hers: that of the discovery that found nobody.
    let known = trial["holdings"]["keys"].as_u64().unwrap();
    assert_eq!(told["keysDestroyed"], known + 1, "{told}");
    assert_eq!(told["requestedBy"], "api-key");

    world.until_idle().await;
    assert_eq!(traces(world, hers()).await, [""; 0]);
    let (found, plain, erased) = opened(world, hers()).await;
    assert_eq!(found, BTreeSet::new());
    assert!(plain > 0 && erased > 10, "{plain} open, {erased} erased");
    assert_eq!(bundle(world, &document).await, 404);
    let verified = world.hip(&["audit", "verify"]).await;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    world.rebuild_all().await;
    assert_eq!(traces(world, hers()).await, [""; 0]);
    let dead: Vec<String> =
        sqlx::query_scalar("SELECT kind || ': ' || last_error FROM es.outbox WHERE state = 'dead'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(dead, [""; 0]);

    he_is_served(world).await;
    she_comes_back(world, told["id"].as_str().unwrap()).await;
}

async fn he_is_served(world: &World) {
    let (found, ..) = opened(world, &HIS).await;
    assert_eq!(found, BTreeSet::from(HIS));
    let shown = world.show("4001").await;
    assert_eq!(shown["linked"], true);
    let document = shown["documents"][0]["document_id"].as_str().unwrap();
    assert_eq!(bundle(world, document).await, 200);
    let request = DiscoverRequest::new(FACILITY, &him());
    world.sandbox.phr().discover(request).await.unwrap().answer.unwrap();
    let left: Vec<(i64, String)> = sqlx::query_as(
        "SELECT j.trigger_id, t.visit_reason FROM hip.visit_job j \
           FULL JOIN intake.ndhm_trigger_visit_data t ON t.VisitCode = j.visit_code::numeric",
    )
    .fetch_all(&mut world.database.as_owner().await)
    .await
    .unwrap();
    assert_eq!(left, [(2, "Bronchitis".to_owned())]);
}

/// A patient who comes back after an erasure gets a new subject and a new key, also when an erased visit is pushed again.
async fn she_comes_back(world: &World, erased: &str) {
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let answer = world.sandbox.phr().discover(request).await.unwrap().answer;
    assert_eq!(answer.unwrap_err().code, "ABDM-1010", "nobody is found any more");
    for code in ["3099", "3002"] {
        let (status, body) = world.push(&visit(code, true)).await;
        assert_eq!(status, 201, "{body}");
    }
    // Linked they are later: the gateway wants to be asked for a token again only after a while.
    world.until_idle().await;
    let subjects: Vec<(String, Uuid)> = sqlx::query_as(
        "SELECT visit_code, subject_id FROM hip.visit WHERE visit_code LIKE '3%' ORDER BY 1",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let codes: Vec<&str> = subjects.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["3002", "3099"]);
    assert_eq!(subjects[0].1, subjects[1].1);
    assert_ne!(subjects[0].1.to_string(), erased);
    let (found, ..) = opened(world, &["Kavya", "Migraine"]).await;
    assert_eq!(found.len(), 2, "what comes after an erasure is kept like anything else");
    world.rebuild_all().await;
    assert!(world.hip(&["audit", "verify"]).await.status.success());
}

#[tokio::test]
async fn nothing_is_left_in_the_database_of_the_log() {
    let (world, _hip) = World::start().await;
    nothing_is_left_and_everything_goes_on(&world).await;
}

#[tokio::test]
async fn nothing_is_left_in_the_stores_beside_it() {
    let (Some(mongo), Some(redis)) = (mongo_url().await, redis_url()) else { return };
    let mut world = World::create().await;
    world.launch.environment = vec![("MONGODB_URL", mongo), ("REDIS_URL", redis)];
    let _hip = world.launch.start().await;
    nothing_is_left_and_everything_goes_on(&world).await;
}

/// There documents lie in clear, by the operator's decision; and they go.
#[tokio::test]
async fn nothing_is_left_in_the_documents_that_amrit_reads() {
    let Some(mongo) = mongo_url().await else { return };
    let mut world = World::create_with("[documents]\npreset = \"amrit\"\n").await;
    world.launch.environment = vec![("MONGODB_URL", mongo)];
    let _hip = world.launch.start().await;
    nothing_is_left_and_everything_goes_on(&world).await;
}
