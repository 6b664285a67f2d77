//! A whole world for one test: database, simulator, and how to start the provider between them.

mod commands;
mod configuration;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use hip_infra::postgres;
use hip_infra::postgres::event_store::LogReader;
use hip_sandbox::{Operation, Redelivery, Sandbox, SandboxOptions};
use serde_json::{Value, json};
use sqlx::PgPool;
use tempfile::TempDir;

use crate::database::TestDatabase;
use crate::patience::Patient as _;
use crate::person::{FACILITY, abha_holder};
use crate::process::{HipProcess, Launch, free_port};

pub use crate::keys::{API_KEY, key_of};
pub use crate::patience::PATIENCE;

/// The readers of a provider. One that has not begun yet has no place in the log that could be behind.
const READER_COUNT: i64 = 17;

/// A world.
pub struct World {
    /// The outside.
    pub sandbox: Sandbox,
    /// The database.
    pub database: TestDatabase,
    /// Connections as the service's role.
    pub pool: PgPool,
    /// The log.
    pub log: LogReader,
    /// How to start the provider.
    pub launch: Launch,
    _log_on_failure: LogOnFailure,
    _dir: TempDir,
}

/// Prints the newest warnings and lines of the provider's log when a test fails; its files go with the test.
struct LogOnFailure(PathBuf);

impl Drop for LogOnFailure {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.0).unwrap_or_default();
            let is_grave = |line: &&str| line.contains(r#""WARN""#) || line.contains(r#""ERROR""#);
            eprintln!("the provider's newest warnings:\n{}", newest(log.lines().filter(is_grave)));
            eprintln!("the end of the provider's log:\n{}", newest(log.lines()));
        }
    }
}

/// The last ten lines, without what is beyond their first 400 characters.
fn newest<'a>(lines: impl DoubleEndedIterator<Item = &'a str>) -> String {
    let mut newest: Vec<String> =
        lines.rev().take(10).map(|line| line.chars().take(400).collect()).collect();
    newest.reverse();
    newest.join("\n")
}

impl World {
    /// Everything but the provider, which the test starts.
    ///
    /// # Panics
    ///
    /// When there is no test server, or no place for files.
    pub async fn create() -> Self {
        Self::create_with("").await
    }

    /// The same, with more sections in the provider's configuration.
    ///
    /// # Panics
    ///
    /// When there is no test server, or no place for files.
    pub async fn create_with(sections: &str) -> Self {
        Self::create_set("", sections).await
    }

    /// The same, against a network with these options.
    ///
    /// # Panics
    ///
    /// When there is no test server, or no place for files.
    pub async fn create_in(options: SandboxOptions, sections: &str) -> Self {
        Self::create_beside(simulator(options).await, "", sections).await
    }

    async fn create_set(gateway: &str, sections: &str) -> Self {
        Self::create_beside(simulator(SandboxOptions::default()).await, gateway, sections).await
    }

    async fn create_beside(sandbox: Sandbox, gateway: &str, sections: &str) -> Self {
        crate::install_tls();
        let database = TestDatabase::create().await;
        let dir = tempfile::tempdir().expect("there is room for temporary files");
        let url = format!("http://127.0.0.1:{}", free_port());
        sandbox.set_bridge_url(&url);
        let config = dir.path().join("hip.toml");
        let text = configuration::text(&sandbox, &url, dir.path(), gateway, sections);
        std::fs::write(&config, text).expect("the configuration can be written");
        let credentials = sandbox.credentials();
        let launch = Launch {
            binary: None,
            config,
            log: dir.path().join("hip.log"),
            database_url: database.url.clone(),
            client_secret: credentials.client_secret.clone(),
            api_key: API_KEY.to_owned(),
            url,
            log_level: "info",
            environment: vec![],
        };
        let pool = postgres::connect(&database.url, 2).await.expect("the service can connect");
        let log = LogReader::new(pool.clone());
        let log_on_failure = LogOnFailure(launch.log.clone());
        Self { sandbox, database, pool, log, launch, _log_on_failure: log_on_failure, _dir: dir }
    }

    /// How to start another process on the same database, with the same configuration and its own port.
    ///
    /// # Panics
    ///
    /// When its configuration cannot be written.
    pub fn beside(&self, name: &str) -> Launch {
        let url = format!("http://127.0.0.1:{}", free_port());
        let text = std::fs::read_to_string(&self.launch.config).expect("it was written");
        let listen = |url: &str| url.trim_start_matches("http://").to_owned();
        let config = self.launch.config.with_file_name(format!("{name}.toml"));
        let text = text.replace(&listen(&self.launch.url), &listen(&url));
        std::fs::write(&config, text).expect("the configuration can be written");
        Launch {
            binary: None,
            config,
            log: self.launch.log.with_file_name(format!("{name}.log")),
            database_url: self.launch.database_url.clone(),
            client_secret: self.launch.client_secret.clone(),
            api_key: self.launch.api_key.clone(),
            url,
            log_level: self.launch.log_level,
            environment: self.launch.environment.clone(),
        }
    }

    /// A world with a running provider.
    pub async fn start() -> (Self, HipProcess) {
        Self::start_with("").await
    }

    /// The same, with more sections in the provider's configuration.
    pub async fn start_with(sections: &str) -> (Self, HipProcess) {
        let world = Self::create_with(sections).await;
        let process = world.launch.start().await;
        (world, process)
    }

    /// Has the world, and what is started from now on, use another database.
    ///
    /// # Panics
    ///
    /// When the service cannot connect to it.
    pub async fn use_database(&mut self, url: &str) {
        self.pool = postgres::connect(url, 2).await.expect("the service can connect");
        self.log = LogReader::new(self.pool.clone());
        url.clone_into(&mut self.database.url);
        url.clone_into(&mut self.launch.database_url);
    }

    /// A bearer of the simulator's gateway, taken from a callback that it has sent.
    ///
    /// # Panics
    ///
    /// When the provider does not take a callback.
    pub async fn gateway_bearer(&self) -> String {
        let body = json!({ "response": { "requestId": "6f1b7f5e-0000-4000-8000-000000000001" } });
        self.sandbox.call_back(FACILITY, "/api/v3/link/on_carecontext", body);
        let sent = self.sandbox.journal().wait_for(PATIENCE, |entry| {
            entry.path.ends_with("on_carecontext") && entry.status.is_some()
        });
        let sent = sent.await.expect("the simulator sends a callback");
        let header = sent.header("authorization").expect("a callback has a bearer");
        header.trim_start_matches("Bearer ").to_owned()
    }

    /// A world whose provider has more lines in the section on the gateway.
    pub async fn start_with_gateway(lines: &str) -> (Self, HipProcess) {
        let world = Self::create_set(lines, "").await;
        let process = world.launch.start().await;
        (world, process)
    }

    /// What the provider has answered to a message from the gateway.
    ///
    /// # Panics
    ///
    /// When it does not answer within a minute.
    pub async fn answer(&self, operation: Operation, request_id: &str) -> Value {
        let answered = self.sandbox.journal().wait_for(PATIENCE, |entry| {
            let body = &entry.body;
            let names = |member: &str| body[member]["requestId"] == request_id;
            entry.operation == Some(operation) && (names("response") || names("resp"))
        });
        answered.await.unwrap_or_else(|_| panic!("no {operation:?} to {request_id}")).body.clone()
    }

    /// Pushes a visit; returns status and body.
    ///
    /// # Panics
    ///
    /// When the provider does not answer.
    pub async fn push(&self, visit: &Value) -> (u16, Value) {
        self.try_push(visit).await.expect("the provider answers")
    }

    /// Pushes a visit to a provider that may be dead.
    pub async fn try_push(&self, visit: &Value) -> Option<(u16, Value)> {
        let response = reqwest::Client::builder()
            .build()
            .ok()?
            .post(format!("{}/v1/visits", self.launch.url))
            .bearer_auth(API_KEY)
            .header("content-type", "application/json")
            .body(visit.to_string())
            .patiently()
            .await
            .ok()?;
        Some((response.status().as_u16(), response.json().await.unwrap_or_default()))
    }

    /// What the provider says became of a visit.
    ///
    /// # Panics
    ///
    /// When it does not know the visit.
    pub async fn show(&self, code: &str) -> Value {
        let client = reqwest::Client::builder().build().expect("a client can be made");
        let url = format!("{}/v1/visits/{code}", self.launch.url);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let response = client.get(&url).bearer_auth(API_KEY).send().await;
            let response = response.expect("the provider answers");
            if response.status().is_success() {
                return response.json().await.expect("the answer is JSON");
            }
            assert!(Instant::now() < deadline, "visit {code} is not shown");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many events with this name the log holds.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn count(&self, name: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM es.event WHERE event_type = $1")
            .bind(name)
            .fetch_one(&self.pool)
            .await
            .expect("the log can be read")
    }

    /// Waits until the log holds `count` events with this name.
    ///
    /// # Panics
    ///
    /// When that does not happen within a minute.
    pub async fn until(&self, name: &str, count: i64) {
        self.until_within(name, count, PATIENCE).await;
    }

    /// The same, with another patience.
    ///
    /// # Panics
    ///
    /// When that does not happen in time.
    pub async fn until_within(&self, name: &str, count: i64, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            let asked_at = Instant::now();
            if self.count(name).await >= count {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "no {count} × {name}; last lines: {:#?}",
                self.launch.tail()
            );
            // To count a long log costs the provider time, too.
            tokio::time::sleep((asked_at.elapsed() * 5).max(Duration::from_millis(20))).await;
        }
    }

    /// Waits until something is so.
    ///
    /// # Panics
    ///
    /// When it is not so within a minute.
    pub async fn eventually(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so().await {
            assert!(Instant::now() < deadline, "still not: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is left to be done but what watches for silence, many minutes from now.
    ///
    /// # Panics
    ///
    /// When something is still to be done after a minute.
    pub async fn until_idle(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let begun: i64 = sqlx::query_scalar("SELECT count(DISTINCT name) FROM es.projection")
                .fetch_one(&self.pool)
                .await
                .expect("the log can be read");
            let is_settled =
                hip_infra::subscription::projection_status::is_settled(&self.pool).await;
            if begun >= READER_COUNT && is_settled.expect("the log can be read") {
                return;
            }
            if Instant::now() > deadline {
                let readers = hip_infra::subscription::projection_status::all(&self.pool).await;
                panic!("there is still something to be done; {readers:#?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Builds every read model anew.
    ///
    /// # Panics
    ///
    /// When one of them is not what it was: then it was no fold of the log.
    pub async fn rebuild_all(&self) -> Vec<Value> {
        let config = self.launch.config.display().to_string();
        let arguments = ["projection", "rebuild", "--all", "--json", "--config", &config];
        let rebuilt = self.hip_json(&arguments).await;
        assert!(!rebuilt.is_empty());
        for one in &rebuilt {
            assert_eq!(one["same"], true, "{one:#}");
        }
        rebuilt
    }

    /// Everything that the provider has logged.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.launch.log).unwrap_or_default()
    }
}

async fn simulator(options: SandboxOptions) -> Sandbox {
    crate::install_tls();
    let redelivery = Redelivery { interval: Duration::from_millis(100), attempts_max: 600 };
    let options = SandboxOptions { seed: 7, redelivery, patience: PATIENCE, ..options };
    let sandbox = Sandbox::start(options).await.expect("the simulator starts");
    sandbox.register_facility(FACILITY, "PHC Ambegaon");
    sandbox.register_abha(abha_holder());
    sandbox
}
