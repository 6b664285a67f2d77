//! Who has looked at what is known of a person is remembered, whichever way they went.

use std::collections::{BTreeMap, BTreeSet};

use hip_infra::config::key_sha256;
use hip_tests::World;
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, key_of};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::privacy::nothing_personal::play;

/// Every operation of the description that shows something of a person, and the look that it is remembered
/// as. A new route needs a line here or below.
const SHOWS_SOMEBODY: [(&str, &str); 23] = [
    ("listVisits", "visits"),
    ("showVisit", "visit"),
    ("listCareContexts", "care-contexts"),
    ("showCareContext", "care-context"),
    ("searchCareContexts", "search"),
    ("explainCareContext", "explanation"),
    ("showLink", "link"),
    ("showLinkTokenStatus", "link-token"),
    ("listConsents", "consents"),
    ("showConsent", "consent"),
    ("listTransfers", "transfers"),
    ("showTransfer", "transfer"),
    ("listCallbacks", "callbacks"),
    ("showCallback", "callback"),
    ("showCallbackHistory", "callback"),
    ("listVisitJobs", "visit-jobs"),
    ("listReplayItems", "replay-items"),
    ("orderReplay", "rehearsal"),
    ("listEvents", "events"),
    ("auditPatient", "audit"),
    ("requestErasure", "erasure"),
    ("showBundle", "document"),
    ("showErasure", "erasure"),
];

/// The others, each with the reason.
const SHOWS_NOBODY: [(&str, &str); 15] = [
    ("isAlive", "the service"),
    ("isReady", "the service"),
    ("listFacilities", "facilities"),
    ("listProjections", "readers of the log"),
    ("listDeadLetters", "causes, and how many there are of each"),
    ("listReplays", "orders, and how many items each has"),
    ("showReplay", "an order, and how many items it has"),
    ("pauseReplay", "an act, which is in the log itself"),
    ("resumeReplay", "an act, which is in the log itself"),
    ("cancelReplay", "an act, which is in the log itself"),
    ("showReplaySwitch", "a switch"),
    ("turnReplaySwitch", "an act, which is in the log itself"),
    ("pushVisit", "an act, by a caller who knows the person"),
    ("startLink", "an act, which is in the log itself"),
    ("validate", "what the caller has brought"),
];

/// A client with all roles for each operation, so that it is seen who has looked how.
fn clients() -> String {
    let operations = SHOWS_SOMEBODY.iter().chain(&SHOWS_NOBODY).map(|(operation, _)| operation);
    let section = |operation: &&str| {
        let digest = key_sha256(&key_of(operation));
        format!(
            "[[client]]\nname = {operation:?}\nroles = [\"emr\", \"operator\", \"auditor\"]\n\
             key_sha256 = {digest:?}\n"
        )
    };
    operations.map(section).collect()
}

/// Method and path of every operation that is described.
async fn operations(world: &World) -> BTreeMap<String, (Method, String)> {
    let document = reqwest::get(format!("{}/openapi.json", world.launch.url)).await.unwrap();
    let document: Value = document.json().await.unwrap();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_ascii_uppercase().parse().unwrap();
            let id = operation["operationId"].as_str().unwrap();
            found.insert(id.to_owned(), (method, path.clone()));
        }
    }
    found
}

async fn value(world: &World, select: &'static str) -> String {
    sqlx::query_scalar(AssertSqlSafe(select)).fetch_one(&world.pool).await.unwrap()
}

/// What the parameters of paths stand for, by path: things of Kavya's.
async fn hers(world: &World) -> impl Fn(&str) -> String {
    let subject = value(world, "SELECT subject_id::text FROM hip.visit LIMIT 1").await;
    let consent = value(world, "SELECT consent_id FROM hip.consent").await;
    let transfer = value(world, "SELECT transaction_id FROM hip.data_flow_request").await;
    let callback = "SELECT request_id::text FROM hip.callback WHERE kind = 'discover'";
    let callback = value(world, callback).await;
    let link = value(world, "SELECT stream_id FROM hip.care_context LIMIT 1").await;
    let document =
        "SELECT documents -> 0 ->> 'document_id' FROM hip.visit WHERE visit_code = '3002'";
    let document = value(world, document).await;
    let order = world.order(json!({ "requests": [callback], "policy": "projections" })).await;
    world.until("replay.completed", 1).await;
    move |path| {
        let id = if path.starts_with("/v1/erasures") { &subject } else { &order };
        [
            ("{visitCode}", "3002"),
            ("{reference}", "3002"),
            ("{consentId}", &consent),
            ("{transactionId}", &transfer),
            ("{requestId}", &callback),
            ("{linkId}", &link),
            ("{documentId}", &document),
            ("{id}", id),
        ]
        .into_iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
    }
}

fn body(operation: &str) -> Option<Value> {
    let address = json!({ "abhaAddress": "kavya.n90@sbx" });
    match operation {
        "searchCareContexts" | "showLinkTokenStatus" | "auditPatient" => Some(address),
        "requestErasure" => Some(json!({ "abhaAddress": "kavya.n90@sbx", "dryRun": true })),
        "orderReplay" => Some(json!({ "where": { "kind": "discover" }, "dryRun": true })),
        "validate" => Some(json!({ "resourceType": "Patient" })),
        _ => None,
    }
}

/// Asks as the client with this name; the status.
async fn ask(world: &World, client: &str, method: Method, path: &str, body: Option<Value>) -> u16 {
    let key = if client == API_KEY { API_KEY.to_owned() } else { key_of(client) };
    let (status, answer) = world.ask(&key, method, path, body.as_ref()).await;
    assert!(status < 500, "{client}: {answer}");
    status
}

/// The looks of a client, oldest first: as what each is remembered, and of whom.
async fn looks(world: &World, client: &str) -> Vec<(String, Option<String>)> {
    sqlx::query_as(
        "SELECT coalesce(body ->> 'view', body ->> 'listing', 'document'), subject FROM ( \
           SELECT convert_from(e.body, 'UTF8')::jsonb -> e.event_type AS body, e.subject_id::text AS subject, position \
             FROM es.event e WHERE e.event_type LIKE 'access.%') AS look \
          WHERE body ->> 'client' = $1 ORDER BY position",
    )
    .bind(client)
    .fetch_all(&world.pool)
    .await
    .unwrap()
}

/// Her visits, links, consent and transfer; a visit that is to be fetched, and an erasure that was refused.
async fn story() -> (World, HipProcess) {
    const LAW: &str = "[[retention]]\nclass = \"treatment\"\napplies_to = \"visits\"\nkeep_for_days = 36500\n\
                       legal_ground = \"a law of the suite\"\n";
    let (world, hip) = World::start_with(&[LAW, &clients()].concat()).await;
    play(&world).await;
    sqlx::query(
        "INSERT INTO hip.visit_job (source, trigger_id, visit_code, facility_id) VALUES ('amrit', 1, '3009', 'IN0610099001')",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let wish = json!({ "abhaAddress": "kavya.n90@sbx", "reason": "a wish" });
    assert_eq!(ask(&world, API_KEY, Method::POST, "/v1/erasures", Some(wish)).await, 202);
    world.until("subject.erasure_refused", 1).await;
    (world, hip)
}

#[tokio::test]
async fn every_route_that_shows_a_patient_records_the_access() {
    let (world, _hip) = story().await;
    let operations = operations(&world).await;
    let listed = SHOWS_SOMEBODY.iter().chain(&SHOWS_NOBODY).map(|(operation, _)| *operation);
    let described: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    assert_eq!(listed.collect::<BTreeSet<_>>(), described, "each route shows somebody or nobody");
    let hers = hers(&world).await;
    let she = value(&world, "SELECT subject_id::text FROM hip.visit LIMIT 1").await;
    let lists = ["visits", "care-contexts", "consents", "transfers", "callbacks", "visit-jobs"];
    let lists: BTreeSet<&str> =
        lists.into_iter().chain(["replay-items", "rehearsal", "events"]).collect();
    for (operation, look) in SHOWS_SOMEBODY {
        let (method, path) = &operations[operation];
        // However often: once an hour. The turn of one must not fail this.
        for _ in 0..2 {
            let status = ask(&world, operation, method.clone(), &hers(path), body(operation)).await;
            assert_eq!(status, 200, "{operation}");
        }
        let found: BTreeSet<_> = looks(&world, operation).await.into_iter().collect();
        let of = (!lists.contains(look)).then(|| she.clone());
        assert_eq!(found, BTreeSet::from([(look.to_owned(), of)]), "{operation}");
    }
    for (operation, why) in SHOWS_NOBODY {
        let (method, path) = &operations[operation];
        ask(&world, operation, method.clone(), &hers(path), body(operation)).await;
        assert_eq!(looks(&world, operation).await, [], "{operation} shows {why}");
    }
}

#[tokio::test]
async fn polling_is_recorded_once_an_hour_and_only_if_data_was_shown() {
    let (world, _hip) = story().await;
    let consent = value(&world, "SELECT consent_id FROM hip.consent").await;
    let get = async |client: &str, path: String| {
        assert!(ask(&world, client, Method::GET, &path, None).await < 500);
    };
    for _ in 0..30 {
        get("listConsents", "/v1/consents".to_owned()).await;
        get("listConsents", "/v1/consents?status=granted".to_owned()).await;
        get("showConsent", format!("/v1/consents/{consent}")).await;
        get("listTransfers", format!("/v1/transfers?consent={consent}")).await;
        get("listEvents", format!("/v1/events?stream=consent-{consent}")).await;
    }
    // At most one hour ends meanwhile.
    let count = async |client: &str| looks(&world, client).await.len();
    assert!((2..=4).contains(&count("listConsents").await));
    assert!((1..=2).contains(&count("showConsent").await));
    let what = looks(&world, "listTransfers").await;
    assert!(what.iter().all(|(what, of)| what == "transfer" && of.is_some()), "{what:?}");
    let what = looks(&world, "listEvents").await;
    assert!(what.iter().all(|(what, of)| what == "events" && of.is_some()), "{what:?}");
    assert!((1..=2).contains(&what.len()));

    // Who has looked may be looked at, and that does not lead from stream to stream.
    get("showBundle", format!("/v1/events?stream=access-consent-{consent}")).await;
    assert_eq!(looks(&world, "showBundle").await, [("events".to_owned(), None)]);
    for path in [
        "/v1/consents?status=expired",
        "/v1/consents/7f0c5f3c-0000-4000-8000-000000000000",
        "/v1/visits/9999",
        "/v1/events?stream=consent-of-nobody",
        "/v1/events?after=1000000",
    ] {
        get("showVisit", path.to_owned()).await;
        assert_eq!(looks(&world, "showVisit").await, [], "{path}");
    }
}

#[tokio::test]
async fn the_command_line_remembers_what_it_shows_and_both_audits_tell_of_it() {
    let (world, _hip) = story().await;
    let consent = value(&world, "SELECT consent_id FROM hip.consent").await;
    let transfer = value(&world, "SELECT transaction_id FROM hip.data_flow_request").await;
    let stream = format!("consent-{consent}");
    let commands: [&[&str]; 8] = [
        &["audit", "verify", "--json"],
        &["projection", "status"],
        &["explain", "3002", "--json"],
        &["audit", "consent", &consent],
        &["audit", "export"],
        &["events", "list"],
        &["events", "list", "--stream", &stream],
        &["visit", "jobs"],
    ];
    for command in commands {
        for _ in 0..2 {
            let done = world.hip(command).await;
            let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(matches!(done.status.code(), Some(0 | 1)), "{command:?}: {complaint}");
        }
    }
    let found = looks(&world, "command-line").await;
    let found: BTreeSet<(&str, bool)> =
        found.iter().map(|(what, of)| (what.as_str(), of.is_some())).collect();
    let expected = [
        ("explanation", true),
        ("audit", true),
        ("accesses", false),
        ("events", false),
        ("events", true),
        ("visit-jobs", false),
    ];
    assert_eq!(found, BTreeSet::from(expected));
    let actors = "SELECT string_agg(DISTINCT convert_from(meta, 'UTF8')::jsonb ->> 'actor', ',') FROM es.event \
                   WHERE event_type LIKE 'access.%'";
    assert_eq!(value(&world, actors).await, "command-line", "nobody was at the door yet");

    ask(&world, "showTransfer", Method::GET, &format!("/v1/transfers/{transfer}"), None).await;
    let told = world.hip_json(&["audit", "consent", &consent, "--json"]).await.remove(0);
    assert_eq!(told["chainWhole"], true);
    let who = |look: &Value| format!("{} {}", look["who"], look["what"]).replace('"', "");
    let list = |told: &Value| -> BTreeSet<String> {
        told["looks"].as_array().unwrap().iter().map(who).collect()
    };
    let of_consent = ["command-line audit", "command-line events", "showTransfer transfer"];
    assert_eq!(list(&told), of_consent.map(str::to_owned).into());
    let words = world.hip(&["audit", "consent", &consent]).await;
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("showTransfer looked: transfer"), "{words}");

    let url = world.launch.url.as_str();
    let named = ["audit", "patient", "--json", "--url", url, "--abha", "kavya.n90@sbx"];
    let told = world.hip_json(&named).await.remove(0);
    let all = list(&told);
    assert!(all.is_superset(&of_consent.map(str::to_owned).into()), "{all:?}");
    assert!(all.contains("command-line explanation"), "{all:?}");
    assert_eq!(list(&told["consents"][0]), of_consent.map(str::to_owned).into());
    let exported = world.hip_json(&["audit", "export"]).await;
    let viewed = |line: &&Value| line["view"] == "transfer" && line["who"] == "showTransfer";
    let viewed = exported.iter().find(viewed).expect("the look at the transfer is exported");
    assert_eq!(
        (&viewed["what"], &viewed["of"]),
        (&json!("person_viewed"), &json!(format!("transfer-{transfer}")))
    );
    assert!(exported.iter().any(|line| line["what"] == "listed" && line["view"] == "events"));
}

#[tokio::test]
async fn data_is_not_shown_if_the_access_cannot_be_recorded() {
    let (mut world, _hip) = story().await;
    let consent = value(&world, "SELECT consent_id FROM hip.consent").await;
    let read_only =
        format!("{}?options=-c%20default_transaction_read_only%3Don", world.database.url);
    world.launch.environment.push(("DATABASE_URL", read_only));
    for command in [
        &["explain", "3002"][..],
        &["audit", "consent", &consent],
        &["audit", "export"],
        &["events", "list"],
        &["visit", "jobs"],
    ] {
        let done = world.hip(command).await;
        let complaint = String::from_utf8(done.stderr).unwrap();
        assert_eq!(
            (done.status.code(), done.stdout.as_slice()),
            (Some(3), &b""[..]),
            "{command:?}"
        );
        assert!(complaint.contains("access could not be recorded"), "{complaint}");
    }
    // What shows nobody needs only to read.
    assert_eq!(world.hip(&["audit", "verify"]).await.status.code(), Some(0));
}

#[tokio::test]
async fn access_to_the_remains_of_an_erased_patient_is_recorded() {
    let (world, _hip) = World::start_with(&clients()).await;
    play(&world).await;
    let consent = value(&world, "SELECT consent_id FROM hip.consent").await;
    let she = value(&world, "SELECT subject_id::text FROM hip.visit LIMIT 1").await;
    let callback = "SELECT request_id::text FROM hip.callback WHERE kind = 'discover'";
    let callback = value(&world, callback).await;
    let url = world.launch.url.as_str();
    let erase = ["erase", "--url", url, "--patient", "88001234", "--reason", "a wish"];
    assert!(world.hip(&erase).await.status.success());
    for (client, path) in [
        ("showErasure", format!("/v1/erasures/{she}")),
        ("showCallback", format!("/v1/callbacks/{callback}")),
        ("listEvents", format!("/v1/events?stream=consent-{consent}")),
    ] {
        assert_eq!(ask(&world, client, Method::GET, &path, None).await, 200, "{path}");
        let found = looks(&world, client).await;
        assert!(found.iter().all(|(_, of)| *of == Some(she.clone())), "{client}: {found:?}");
        assert!(!found.is_empty(), "{client}");
    }
    let told = world.hip_json(&["audit", "consent", &consent, "--json"]).await.remove(0);
    assert_eq!(told["looks"][0]["who"], "listEvents", "{told}");
    let told = world.hip_json(&["audit", "consent", &consent, "--json"]).await.remove(0);
    assert_eq!(told["looks"][0]["who"], "command-line", "{told}");
    let named = ["audit", "patient", "--json", "--url", url, "--patient", "88001234"];
    let told = world.hip_json(&named).await.remove(0);
    let looks = told["looks"].as_array().unwrap();
    assert!(looks.iter().any(|look| look["what"] == "erasure"), "{told}");
}
