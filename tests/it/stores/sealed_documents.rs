//! Under our own preset what is personal in a document is sealed, and opens again for who has the key.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hip_domain::id::{Digest, SubjectId};
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_tests::World;
use hip_tests::person::{SECRETS, mentions, visit};
use serde_json::Value;

fn vault(world: &World) -> PgVault {
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let config: toml::Table = config.parse().unwrap();
    let path = config["keys"]["file"].as_str().unwrap();
    let (key, is_new) = LocalKey::read_or_create(Path::new(path)).unwrap();
    assert!(!is_new);
    PgVault::new(world.pool.clone(), Arc::new(key))
}

async fn documents(world: &World, collection: &str) -> Vec<(String, Value)> {
    sqlx::query_as("SELECT key, fields FROM hip.document WHERE collection = $1 ORDER BY key")
        .bind(collection)
        .fetch_all(&world.pool)
        .await
        .unwrap()
}

/// The stored value, whichever way the adapter marks its type.
fn text<'v>(fields: &'v Value, name: &str) -> &'v str {
    fields[name].as_str().unwrap()
}

async fn open(vault: &PgVault, fields: &Value, member: &str, name: &str) -> String {
    let subject = SubjectId(text(fields, "subjectId").parse().unwrap());
    let sealed = STANDARD.decode(text(fields, member)).unwrap();
    let other = vault.open_document(subject, "of another name", &sealed).await.unwrap();
    assert!(other.is_none());
    let plain = vault.open_document(subject, name, &sealed).await.unwrap().unwrap();
    String::from_utf8(plain.to_vec()).unwrap()
}

#[tokio::test]
async fn sealed_documents_open_under_their_names_and_name_nobody_before() {
    let (world, _hip) = World::start().await;
    world.push(&visit("5501", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let vault = vault(&world);

    let resources = documents(&world, "Amrit_Resource").await;
    assert!(!resources.is_empty());
    for (_, fields) in &resources {
        let json = open(&vault, fields, "sealed", text(fields, "documentId")).await;
        assert_eq!(Digest::of(json.as_bytes()).to_string(), text(fields, "digest"));
    }
    let tokens = documents(&world, "GenerateLinkTokenResponse").await;
    let [(key, fields)] = tokens.as_slice() else { panic!("{} tokens", tokens.len()) };
    assert!(open(&vault, fields, "sealed", key).await.starts_with(r#"{"LinkToken":"ey"#));

    let patients = documents(&world, "PatientCareContexts").await;
    let [(key, fields)] = patients.as_slice() else { panic!("{} patients", patients.len()) };
    assert_eq!(key, text(fields, "subjectId"));
    let person = open(&vault, fields, "sealedPerson", &format!("{key}/person")).await;
    assert!(person.contains("Kavya Nair"));
    let abha = open(&vault, fields, "sealedAbha", &format!("{key}/abha")).await;
    assert!(abha.contains("kavya.n90@sbx"));
    let listed = &fields["careContexts"][0];
    assert_eq!(listed["reference"], "5501");
    assert!(!listed["linkedAt"].is_null());

    let answers = documents(&world, "NDHMResponses").await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].1["kind"], "on_care_context");
    for (_, fields) in resources.iter().chain(&tokens).chain(&patients).chain(&answers) {
        for secret in SECRETS {
            assert!(!mentions(&fields.to_string(), secret), "{secret}");
        }
    }
}
