//! What failed is done again: after a mended mistake, with the consents of now, and nothing twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::Ports;
use hip_commands::inbox::callbacks::wire::Malformed;
use hip_commands::inbox::callbacks::{CallbackMessage, CurrentInterpreter, Verdict};
use hip_commands::ports::Interpreter;
use hip_commands::tasks::TaskError;
use hip_domain::inbound::CallbackKind;
use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat, Operation,
};
use hip_tests::World;
use hip_tests::earlier_version::EarlierVersion;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE, key_of};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) const DISCOVER: &str = "/v3/hip/patient/care-context/discover";

/// Lets the patient of the suite look for her records; the id of the question. Nobody waits for the answer.
pub(crate) async fn ask(world: &World) -> String {
    let phr = world.sandbox.phr();
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    tokio::spawn(async move { phr.discover(request).await.is_ok() });
    let asked = world.sandbox.journal().wait_for(PATIENCE, |entry| entry.path.ends_with(DISCOVER));
    asked.await.unwrap().header("request-id").unwrap().to_owned()
}

/// A world in which one visit waits to be discovered.
pub(crate) async fn with_a_visit() -> (World, HipProcess) {
    let (world, hip) = World::start().await;
    assert_eq!(world.push(&visit("3001", false)).await.0, 201);
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    (world, hip)
}

/// An interpreter that takes a year of birth for a text, as the earlier API version (v0.5) has it.
pub(crate) struct YearAsText;

#[async_trait]
impl Interpreter for YearAsText {
    async fn interpret(
        &self,
        ports: &Ports,
        incoming: &CallbackMessage<'_>,
    ) -> Result<Verdict, TaskError> {
        let body: Value = serde_json::from_str(incoming.body).unwrap();
        let year = &body["patient"]["yearOfBirth"];
        if incoming.received.kind == CallbackKind::Discover && !year.is_string() {
            return Ok(Verdict::Malformed {
                fault: Malformed::new("patient.yearOfBirth", "a string"),
                owed: None,
            });
        }
        CurrentInterpreter.interpret(ports, incoming).await
    }
}

/// An interpreter that cannot come to an end with a discovery.
struct GivesUp;

#[async_trait]
impl Interpreter for GivesUp {
    async fn interpret(
        &self,
        ports: &Ports,
        incoming: &CallbackMessage<'_>,
    ) -> Result<Verdict, TaskError> {
        if incoming.received.kind == CallbackKind::Discover {
            return Err(TaskError::Never { reason: "the stream cannot be read".to_owned() });
        }
        CurrentInterpreter.interpret(ports, incoming).await
    }
}

/// A discovery that an earlier version has looked at; today's version runs.
pub(crate) async fn failed_before(
    interpreter: Arc<dyn Interpreter>,
    is_over: impl AsyncFn(&World),
) -> (World, HipProcess, HipProcess, String) {
    let (world, hip) = with_a_visit().await;
    assert!(hip.terminate());
    let doors = world.launch.start_doors().await;
    let earlier = EarlierVersion::start(&world, interpreter).await;
    let request = ask(&world).await;
    is_over(&world).await;
    earlier.stop().await;
    let today = world.launch.start_worker();
    (world, doors, today, request)
}

async fn groups(world: &World) -> Vec<Value> {
    world.look("/v1/dead-letters").await["groups"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_message_that_failed_by_our_fault_completes_after_the_repair() {
    let failed = async |world: &World| world.until("inbound.failed", 1).await;
    let (world, _doors, _today, request) = failed_before(Arc::new(YearAsText), failed).await;
    world.until_shown(&request, "failed").await;
    assert_eq!(world.sandbox.journal().count(Operation::OnDiscover), 0);

    let groups_before = groups(&world).await;
    let [group] = groups_before.as_slice() else { panic!("{groups_before:#?}") };
    assert_eq!((&group["field"], &group["count"]), (&json!("patient.yearOfBirth"), &json!(1)));
    let cause = &group["cause"];

    // The whole group, by its cause.
    let order = world.order(json!({ "where": { "cause": cause }, "why": "mended" })).await;
    let over = world.until_order(&order, "completed").await;
    assert_eq!((&over["items"], &over["completed"]), (&json!(1), &json!(1)));
    world.until_idle().await;
    let answer = world.answer(Operation::OnDiscover, &request).await;
    assert!(answer["patient"].is_array() && answer.get("error").is_none(), "{answer}");
    assert_eq!(world.sandbox.journal().count(Operation::OnDiscover), 1);
    world.until_shown(&request, "interpreted").await;
    assert_eq!(groups(&world).await, Vec::<Value>::new());
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
    world.rebuild_all().await;
}

#[tokio::test]
async fn a_message_that_was_never_interpreted_is_a_dead_letter_and_completes() {
    let given_up = async |world: &World| {
        let dead =
            "SELECT EXISTS (SELECT FROM es.outbox WHERE state = 'dead' AND kind = 'interpret')";
        while !sqlx::query_scalar::<_, bool>(dead).fetch_one(&world.pool).await.unwrap() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let (world, _doors, _today, request) = failed_before(Arc::new(GivesUp), given_up).await;
    world.until_shown(&request, "received").await;
    let groups_before = groups(&world).await;
    assert_eq!(groups_before[0]["status"], "stuck", "{groups_before:#?}");
    let items = world.replay(&[&request], "safe").await;
    assert_eq!(items[0]["outcome"], "completed", "{items:#?}");
    world.answer(Operation::OnDiscover, &request).await;
    assert_eq!(groups(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_replay_of_a_replay_keeps_its_lineage() {
    let failed = async |world: &World| world.until("inbound.failed", 1).await;
    let (world, _doors, _today, request) = failed_before(Arc::new(YearAsText), failed).await;
    world.until_shown(&request, "failed").await;
    world.replay(&[&request], "safe").await;
    world.replay(&[&request], "safe").await;
    let shown = world.until_shown(&request, "interpreted").await;
    assert_eq!(shown["replays"], 2);
    let history = world.look(&format!("/v1/callbacks/{request}/history")).await;
    let events = history["events"].as_array().unwrap();
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    let expected = [
        "inbound.received",
        "inbound.failed",
        "inbound.replay_requested",
        "inbound.interpreted",
        "inbound.replay_requested",
        "inbound.interpreted",
    ];
    assert_eq!(names, expected);
    // Each replay answers how it ended before, and each end is caused by its replay.
    for (replay, before) in [(2, 1), (4, 3)] {
        assert_eq!(events[replay]["answers"], events[before]["eventId"]);
        assert_eq!(events[replay + 1]["causedBy"], events[replay]["eventId"]);
    }
    // The one call goes back over the discovery to the first replay.
    let calls = history["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "{history:#}");
    let mut cause = calls[0]["events"][0]["causedBy"].as_str().unwrap().to_owned();
    let mut seen = Vec::new();
    while cause != events[2]["eventId"] {
        let (name, before): (String, Option<uuid::Uuid>) = sqlx::query_as(
            "SELECT event_type, causation_id FROM es.event WHERE event_id = $1::uuid",
        )
        .bind(&cause)
        .fetch_one(&world.pool)
        .await
        .unwrap();
        seen.push(name);
        cause = before.unwrap().to_string();
    }
    assert_eq!(seen, ["discovery.patient_matched", "discovery.requested"]);
}

/// How often each event and each call has happened, but for what replays themselves leave.
async fn effects(world: &World) -> (BTreeMap<String, i64>, usize) {
    let counted: Vec<(String, i64)> = sqlx::query_as(
        "SELECT event_type, count(*) FROM es.event \
          WHERE event_type NOT IN ('inbound.replay_requested', 'inbound.interpreted') \
            AND event_type NOT LIKE 'replay%' GROUP BY 1",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let sent = world.sandbox.journal().snapshot();
    let sent = sent.iter().filter(|entry| entry.operation.is_some()).count();
    (counted.into_iter().collect(), sent)
}

/// Every conversation there is, to its end.
async fn whole_story() -> (World, HipProcess) {
    let (world, hip) = with_a_visit().await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let discovery = world.sandbox.phr().discover(request).await.unwrap();
    assert!(discovery.answer.is_ok());
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    (world, hip)
}

#[tokio::test]
async fn a_replay_of_completed_messages_changes_nothing() {
    let (world, _hip) = whole_story().await;
    let before = effects(&world).await;
    let order = world.order(json!({ "where": { "direction": "callback" } })).await;
    let over = world.until_order(&order, "completed").await;
    assert_eq!((&over["completed"], &over["resent"]), (&over["items"], &json!(0)), "{over}");
    assert!(over["items"].as_i64().unwrap() >= 4, "{over}");
    world.until_idle().await;
    assert_eq!(effects(&world).await, before);
}

#[tokio::test]
async fn a_request_under_a_consent_that_has_ended_meanwhile_is_refused() {
    let (world, hip) = with_a_visit().await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    world.until_idle().await;
    assert!(hip.terminate());

    // Its bearer is too late, as every one is to this process: it is kept, and waits for an operator.
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let strict = config.replacen("[gateway]\n", "[gateway]\nlateness_s_max = -1\n", 1);
    std::fs::write(&world.launch.config, strict).unwrap();
    let hip = world.launch.start().await;
    world.sandbox.hiu().ask(HealthInformationRequest::new(&consent, KeyFormat::WRaw));
    world.until("inbound.rejected", 1).await;
    world.until_idle().await;
    assert!(hip.terminate());
    std::fs::write(&world.launch.config, config).unwrap();
    let _hip = world.launch.start().await;

    world.sandbox.phr().expire(&consent).await.unwrap();
    let listed = world.look("/v1/callbacks?kind=health_information_request").await;
    let held = &listed["items"][0];
    assert_eq!((&held["status"], &held["error"]), (&json!("rejected"), &json!("late-bearer")));
    let request = held["requestId"].as_str().unwrap();
    world.replay(&[request], "all").await;
    assert_eq!(world.count("transfer.refused").await, 1);
    let answer = world.answer(Operation::OnRequest, request).await;
    assert_eq!(answer["error"]["code"], "ABDM-1061", "{answer}");
    assert_eq!(world.sandbox.journal().count(Operation::Push), 0);
}

#[tokio::test]
async fn events_of_another_facility_cannot_be_replayed() {
    let other = "IN0610099002";
    let section = format!(
        "[[facility]]\nid = {other:?}\nname = \"PHC Other\"\n[[client]]\nname = \"other-desk\"\n\
         roles = [\"operator\"]\nfacilities = [{other:?}]\nkey_sha256 = {:?}\n",
        hip_infra::config::key_sha256(&key_of("other-desk"))
    );
    let (world, _hip) = World::start_with(&section).await;
    let request = world.sandbox.call_back(FACILITY, DISCOVER, json!({ "transactionId": "t-9" }));
    world.until_shown(&request, "failed").await;
    let (key, post) = (&key_of("other-desk"), Method::POST);
    let named = json!({ "requests": [request] });
    for wish in [named, json!({ "where": { "facility": FACILITY } }), json!({ "where": {} })] {
        let (status, body) = world.ask(key, post.clone(), "/v1/replays", Some(&wish)).await;
        assert_eq!(status, 404, "{body}");
    }
    let ours = world.order(json!({ "requests": [request] })).await;
    world.until_order(&ours, "completed").await;
    let get = Method::GET;
    for path in [format!("/v1/replays/{ours}"), format!("/v1/callbacks/{request}/history")] {
        assert_eq!(world.ask(key, get.clone(), &path, None).await.0, 404, "{path}");
    }
    let cancel = format!("/v1/replays/{ours}/cancel");
    assert_eq!(world.ask(key, post.clone(), &cancel, None).await.0, 404);
    assert_eq!(world.ask(key, get.clone(), "/v1/dead-letters", None).await.1["groups"], json!([]));
    assert_eq!(world.ask(key, get, "/v1/replays", None).await.1["items"], json!([]));
    let stop = json!({ "stopped": true });
    assert_eq!(world.ask(key, post, "/v1/replay-switch", Some(&stop)).await.0, 403);
    assert_eq!(world.ask(API_KEY, Method::POST, &cancel, None).await.0, 409, "it is over");
}
