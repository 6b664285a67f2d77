//! A running provider beside the simulator, for the demo and for the conformance suite.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::{Config, Secrets, key_sha256};
use hip_infra::postgres;
use hip_infra::postgres::event_store::LogReader;
use hip_sandbox::{Sandbox, SandboxOptions};
use parking_lot::Mutex;
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::build_app;
use crate::database::{Database, erasures_file, seals_file};
use crate::output::print_line;
use crate::secrets::{older_keks_from_env, set_in_env};
use crate::service::{self, Role};

/// The facility of this provider.
pub(crate) const FACILITY_ID: &str = "IN0610099001";

pub(crate) const FACILITY_NAME: &str = "PHC Ambegaon";

/// API key of the demo's record system. It is valid only here.
pub(crate) const API_KEY: &str = "demo-api-key-Yt5bN8wQ2sK7xC4hP9vR3mJ6gLd1fZa0";

/// Keys of the demo's people. They are valid only here.
pub(crate) const PEOPLE: [(&str, &str); 3] = [
    ("operator", "hip_demo-operator-8Kq3Zr7Wm2Xv5Tn9Lc4Bf6Hs1Jd0Py"),
    ("auditor", "hip_demo-auditor-5Vb9Nx2Qw8Er4Ty7Ui1Op3As6Df0Gh"),
    ("desk", "hip_demo-desk-3Lk7Jh1Gf9Ds5Aq8Wz2Xe6Cr4Vt0Bn"),
];

pub(crate) struct DemoEnvironment {
    pub(crate) database: Database,
    pub(crate) sandbox: Sandbox,
    pub(crate) log: LogReader,
    pub(crate) pool: PgPool,
    /// Address of the provider.
    pub(crate) url: String,
    /// Description of the stores of documents and link tokens.
    pub(crate) stores: String,
    pushes: Mutex<Vec<Value>>,
    stop: watch::Sender<bool>,
    service: JoinHandle<anyhow::Result<()>>,
}

impl DemoEnvironment {
    /// Starts everything. `sections` is TOML that is added to the provider's configuration.
    pub(crate) async fn start(
        database: Database,
        data_dir: &Path,
        sections: &str,
    ) -> anyhow::Result<Self> {
        postgres::migrate(database.owner_url()).await?;
        let sandbox = simulator(data_dir).await?;
        let listener = TcpListener::bind("127.0.0.1:8080").await;
        // If the port is in use, another one is taken.
        let listener = match listener {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind("127.0.0.1:0").await?,
        };
        let url = format!("http://{}", listener.local_addr()?);
        sandbox.set_bridge_url(&url);
        let (config, secrets) = configuration(&sandbox, data_dir, sections)?;
        let stores = stores(&secrets);
        let app = build_app(config, secrets, database.url()).await?;
        let pool = app.pool.clone();
        let log = LogReader::new(pool.clone());
        let (stop, stopped) = watch::channel(false);
        let service = tokio::spawn(service::run(app, Some(listener), Role::All, stopped));
        let pushes = Mutex::default();
        Ok(Self { database, sandbox, log, pool, url, stores, pushes, stop, service })
    }

    /// Records a push for the capture: the simulator does not see the record system.
    pub(crate) fn note_push(&self, visit: &Value, status: u16) {
        let at = SystemClock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let line = json!({
            "at": at,
            "direction": "in",
            "peer": "amrit",
            "method": "POST",
            "path": "/v1/visits",
            "headers": { "authorization": "***", "content-type": "application/json" },
            "body": visit,
            "status": status,
        });
        self.pushes.lock().push(line);
    }

    pub(crate) fn pushes(&self) -> Vec<Value> {
        self.pushes.lock().clone()
    }

    /// Serves until Ctrl-C.
    pub(crate) async fn keep(&self) -> anyhow::Result<()> {
        print_line(&format!("\nconsole   {}/console", self.url));
        for (role, key) in PEOPLE {
            print_line(&format!("  {role:<9} {key}"));
        }
        print_line(&format!("still serving on {}; Ctrl-C ends it", self.url));
        tokio::signal::ctrl_c().await.context("no signal can be waited for")
    }

    /// Stops the service, then the simulator, then the connections to the database.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(Duration::from_secs(15), self.service).await;
        self.sandbox.stop().await;
        self.pool.close().await;
        self.database.close().await;
        match ended {
            Ok(service) => service?,
            Err(_) => Ok(()),
        }
    }
}

/// Starts the simulator.
///
/// It keeps its keys and its run count in `data_dir`, so that link tokens of an earlier run stay valid.
async fn simulator(data_dir: &Path) -> anyhow::Result<Sandbox> {
    let state_dir = data_dir.join("sandbox");
    std::fs::create_dir_all(&state_dir)?;
    let options =
        SandboxOptions { seed: 2026, state_dir: Some(state_dir), ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await?;
    sandbox.register_facility(FACILITY_ID, FACILITY_NAME);
    Ok(sandbox)
}

fn configuration(
    sandbox: &Sandbox,
    data_dir: &Path,
    sections: &str,
) -> anyhow::Result<(Config, Secrets)> {
    let credentials = sandbox.credentials();
    let text = provider_toml(sandbox, data_dir) + sections;
    let secrets = Secrets {
        client_secret: SecretString::from(credentials.client_secret.clone()),
        api_key: Some(SecretString::from(API_KEY)),
        kek: std::env::var("HIP_KEK").ok().map(SecretString::from),
        older_keks: older_keks_from_env(),
        seal_key: None,
        sms_token: Some(SecretString::from("demo-sms-token")),
        mongodb_url: set_in_env("MONGODB_URL"),
        redis_url: set_in_env("REDIS_URL"),
        amrit_redis_url: None,
    };
    Ok((Config::parse(&text)?, secrets))
}

/// The configuration of a provider beside the simulator, in TOML.
///
/// The simulator's HIU listens on loopback without TLS; only that address is allowed.
pub(crate) fn provider_toml(sandbox: &Sandbox, data_dir: &Path) -> String {
    let push = sandbox.hiu_push_url();
    let push_address = push.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let gateway = sandbox.gateway_url();
    let client_id = sandbox.credentials().client_id;
    let sms = sandbox.sms_url();
    let data = data_dir.display();
    let seals = seals_file(data_dir);
    let seals = seals.display();
    let erasures = erasures_file(data_dir);
    let erasures = erasures.display();
    let people: String = PEOPLE.map(|(role, key)| person(role, key)).concat();
    format!(
        "[gateway]\nbase_url = {gateway:?}\nclient_id = {client_id:?}\n\
         [[facility]]\nid = {FACILITY_ID:?}\nname = {FACILITY_NAME:?}\n\
         [keys]\nfile = \"{data}/kek\"\n\
         [erasure]\njournal = \"{erasures}\"\n\
         [seals]\nkey_file = \"{data}/seal-key.pem\"\npublish = \"{seals}\"\n\
         [push]\nallow = [\"{push_address}\"]\n\
         [sms]\nsender = \"webhook\"\nurl = {sms:?}\n{people}",
    )
}

/// The client of a person with one role.
fn person(role: &str, key: &str) -> String {
    let digest = key_sha256(key);
    format!("[[client]]\nname = \"demo-{role}\"\nroles = [{role:?}]\nkey_sha256 = {digest:?}\n")
}

/// Description without a URL, which may contain a password.
fn stores(secrets: &Secrets) -> String {
    let documents = secrets.mongodb_url.as_ref().map(|_| "the MongoDB of MONGODB_URL");
    let tokens = secrets.redis_url.as_ref().map(|_| "the Redis of REDIS_URL");
    format!(
        "documents in {}, link tokens in {}",
        documents.unwrap_or("the log's database"),
        tokens.unwrap_or("this process's memory"),
    )
}
