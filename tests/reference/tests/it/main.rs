//! The reference against a real server: `HIP_TEST_PG`, which `./run test` provides.

#![expect(clippy::unwrap_used, reason = "a test's helper fails its test")]

use std::env;
use std::time::Duration;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateError, DomainEvent};
use hip_reference::Reference;
use hip_reference::bench::{Plan, run};
use serde::{Deserialize, Serialize};
use sqlx_reference::{Connection, Executor, PgConnection};
use thiserror::Error;

/// A door that opens when it is closed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Door {
    is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Turned {
    Opened,
    Closed,
}

#[derive(Debug, PartialEq, Error)]
#[error("the door is that way already")]
struct Already;

impl DomainEvent for Turned {
    fn event_type(&self) -> String {
        "door.turned".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Door {
    const TYPE: &'static str = "door";
    type Command = Turned;
    type Event = Turned;
    type Error = Already;
    type Services = ();

    async fn handle(
        &mut self,
        command: Turned,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Already> {
        if self.is_open == (command == Turned::Opened) {
            return Err(Already);
        }
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Turned) {
        self.is_open = event == Turned::Opened;
    }
}

/// An empty database of this test's own.
async fn database(name: &str) -> String {
    let server =
        env::var("HIP_TEST_PG").expect("no HIP_TEST_PG: start the suite with `./run test`");
    let name = format!("reference_{name}_{}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    connection.execute(format!("DROP DATABASE IF EXISTS {name}").as_str()).await.unwrap();
    let create = format!("CREATE DATABASE {name} TEMPLATE template0");
    connection.execute(create.as_str()).await.unwrap();
    let (server, _) = server.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[tokio::test]
async fn commands_are_decided_on_what_was_stored() {
    let url = database("door").await;
    // Both make the tables if they are missing.
    let (reference, second) = tokio::join!(Reference::connect(&url), Reference::connect(&url));
    let (reference, second) = (reference.unwrap(), second.unwrap());
    reference.execute::<Door>("front", Turned::Opened).await.unwrap();
    let refused = second.execute::<Door>("front", Turned::Opened).await;
    assert!(matches!(refused, Err(AggregateError::UserError(Already))), "{refused:?}");
    second.execute::<Door>("front", Turned::Closed).await.unwrap();
    second.execute::<Door>("back", Turned::Opened).await.unwrap();

    let events = reference.events::<Door>("front").await.unwrap();
    assert_eq!(events, [Turned::Opened, Turned::Closed]);
    assert_eq!(reference.events::<Door>("nowhere").await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_benchmark_counts_what_it_stored() {
    let url = database("bench").await;
    let plan = Plan {
        clients: 4,
        duration: Duration::from_millis(300),
        events_per_command: 3,
        streams: 1_000,
    };
    let outcome = run(&url, plan).await.unwrap();
    assert!(outcome.commands > 0, "{outcome:?}");
    assert_eq!(outcome.events, outcome.commands * 3);
    assert!(outcome.p50_ms <= outcome.p99_ms && outcome.p50_ms.is_some(), "{outcome:?}");
    assert!(outcome.client_cpu_s.is_some(), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_on_one_stream_lose_races() {
    let url = database("race").await;
    let plan = Plan {
        clients: 8,
        duration: Duration::from_millis(300),
        events_per_command: 1,
        streams: 1,
    };
    let outcome = run(&url, plan).await.unwrap();
    assert!(outcome.conflicts > 0, "{outcome:?}");
}
