//! Nothing about the patient is readable where it should not be: not in the tables, not in the logs.

use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Discovery, Grant, HealthInformationRequest, KeyFormat,
    ShareRequest,
};
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::{FACILITY, SECRETS, abha_holder, mentions, visit};
use hip_tests::world::PATIENCE;
use sqlx::{AssertSqlSafe, Row};

/// The main job, so that every table and every log line that it leads to is there.
pub(crate) async fn play(world: &World) {
    world.push(&visit("3001", false)).await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let found = world.sandbox.phr().discover(request).await.unwrap();
    link(world, &found).await;
    world
        .sandbox
        .phr()
        .share_profile(ShareRequest::new(FACILITY, "7", &abha_holder()))
        .await
        .unwrap();
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
}

/// The patient links what was found, at the second try.
async fn link(world: &World, found: &Discovery) {
    let phr = world.sandbox.phr();
    let chosen = found.answer.as_ref().unwrap().care_contexts.clone();
    let link = phr.link_init(found, &chosen).await.unwrap();
    let otp = world.sandbox.sms().wait_for_otp("9845012345", 0).await.unwrap();
    phr.link_confirm(&link, "100000").await.unwrap_err();
    phr.link_confirm(&link, otp).await.unwrap();
}

/// Tokens, keys and one-time passwords that were on the wire.
fn wire_secrets(world: &World) -> Vec<String> {
    let mut secrets = vec![world.launch.client_secret.clone()];
    for entry in &world.sandbox.journal().snapshot() {
        secrets.extend(entry.header("authorization").map(str::to_owned));
        secrets.extend(entry.header("x-link-token").map(str::to_owned));
        let otp = &entry.body["confirmation"]["token"];
        secrets.extend(otp.as_str().map(str::to_owned));
        let key = &entry.body["hiRequest"]["keyMaterial"];
        for value in [&key["dhPublicKey"]["keyValue"], &key["nonce"], &entry.body["linkToken"]] {
            secrets.extend(value.as_str().map(str::to_owned));
        }
    }
    secrets.iter().map(|secret| secret.trim_start_matches("Bearer ").to_owned()).collect()
}

#[tokio::test]
async fn the_logs_at_their_most_talkative_name_nobody() {
    let mut world = World::create().await;
    world.launch.log_level = "trace";
    let hip = world.launch.start().await;
    play(&world).await;
    // Refusals are logged too.
    world.push(&serde_json::json!({ "beneficiary": { "name": "Kavya Nair" } })).await;
    // Answers are kept under keys that the caller chooses.
    for (key, document) in [("k-1", visit("3004", true)), ("k-2", refused_visit())] {
        let pushed = reqwest::Client::builder()
            .build()
            .unwrap()
            .post(format!("{}/v1/visits", world.launch.url))
            .bearer_auth(hip_tests::world::API_KEY)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(document.to_string());
        assert!(matches!(pushed.patiently().await.unwrap().status().as_u16(), 201 | 422));
    }
    let secrets = wire_secrets(&world);
    assert!(secrets.len() > 10, "the run had tokens and keys");
    hip.terminate();
    let logged = world.logged();
    assert!(logged.contains("callback stored") && logged.contains("TRACE"), "the log is at trace");
    for secret in SECRETS.iter().copied().chain(secrets.iter().map(String::as_str)) {
        let line = logged.lines().find(|line| mentions(line, secret));
        assert_eq!(line, None, "a secret of {} characters is in the log", secret.len());
    }
}

/// Its fault is where somebody's name is.
fn refused_visit() -> serde_json::Value {
    let mut document = visit("3005", true);
    document["beneficiary"]["abhaNumber"] = serde_json::json!("Kavya Nair");
    document
}

#[tokio::test]
async fn no_table_shows_who_the_patient_is() {
    let (world, _hip) = World::start().await;
    play(&world).await;
    let mut owner = world.database.as_owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('es', 'vault', 'hip')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(tables.iter().any(|table| table == "es.event") && tables.len() > 8, "{tables:?}");
    for table in tables {
        // Bytes as text, whatever the column's type: what a person with a dump would search.
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT t::text AS text FROM {table} t")))
            .fetch_all(&mut owner)
            .await
            .unwrap();
        for row in rows {
            let text: String = row.get("text");
            let readable = format!("{text}{}", hex_as_text(&text));
            for secret in SECRETS {
                assert!(
                    !mentions(&readable, secret),
                    "{table} shows a secret of {} characters",
                    secret.len()
                );
            }
        }
    }
    // The same search finds what is there: event bodies do name care contexts in clear.
    let body: Vec<u8> = sqlx::query_scalar(
        "SELECT body FROM es.event WHERE event_type = 'care_context.registered' LIMIT 1",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!(String::from_utf8_lossy(&body).contains("300"));
}

/// The bytes of every `\x…` in a row, as far as they are text.
fn hex_as_text(row: &str) -> String {
    let mut text = String::new();
    for part in row.split("\\x").skip(1) {
        let digits: Vec<u8> = part.bytes().take_while(u8::is_ascii_hexdigit).collect();
        let bytes = digits
            .chunks_exact(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let bytes: Vec<u8> = bytes.collect();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}
