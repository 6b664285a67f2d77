//! What the story needs: a database, the twin, and a running provider that knows of both.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use hip_commands::port::Clock;
use hip_infra::clock::SystemClock;
use hip_infra::config::{Config, Secrets};
use hip_infra::event_store::LogReader;
use hip_infra::postgres;
use hip_sandbox::{Options, Sandbox};
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::progress::Progress;
use super::visits::{ABHA_HOLDER, FACILITY_ID, FACILITY_NAME, abha_holder};
use crate::cli::say;
use crate::compose::compose;
use crate::database::Database;
use crate::service::{self, Role};

/// What the medical record system shows in the demo. It opens nothing but the demo.
pub(super) const API_KEY: &str = "demo-api-key";

pub(super) struct Stage {
    pub(super) database: Database,
    pub(super) sandbox: Sandbox,
    pub(super) log: LogReader,
    pub(super) pool: PgPool,
    /// Address of the provider.
    pub(super) url: String,
    pushes: Mutex<Vec<Value>>,
    stop: watch::Sender<bool>,
    service: JoinHandle<anyhow::Result<()>>,
}

impl Stage {
    pub(super) async fn set(
        database: Database,
        data_dir: &Path,
        progress: &mut Progress,
    ) -> anyhow::Result<Self> {
        postgres::migrate(database.url()).await?;
        let sandbox = twin(data_dir).await?;
        let listener = TcpListener::bind("127.0.0.1:8080").await;
        // Somebody else's port is no reason not to play.
        let listener = match listener {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind("127.0.0.1:0").await?,
        };
        let url = format!("http://{}", listener.local_addr()?);
        sandbox.set_bridge_url(&url);
        let (config, secrets) = configuration(&sandbox, data_dir)?;
        let composed = compose(config, secrets, database.url()).await?;
        let pool = composed.pool.clone();
        let log = LogReader::new(pool.clone());
        let (stop, stopped) = watch::channel(false);
        let service = tokio::spawn(service::run(composed, Some(listener), Role::All, stopped));
        let head = log.head().await?;
        let words = match head {
            0 => "a new log".to_owned(),
            head => format!("the log of earlier runs goes on after event {head}"),
        };
        progress.count_from(head);
        progress.end(head, Ok(words));
        let pushes = Mutex::default();
        Ok(Self { database, sandbox, log, pool, url, pushes, stop, service })
    }

    /// Keeps a push for the capture: the twin does not see the medical record system.
    pub(super) fn note_push(&self, visit: &Value, status: u16) {
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
        self.pushes.lock().expect("nobody panics while holding it").push(line);
    }

    pub(super) fn pushes(&self) -> Vec<Value> {
        self.pushes.lock().expect("nobody panics while holding it").clone()
    }

    /// Serves until Ctrl-C.
    pub(super) async fn keep(&self) -> anyhow::Result<()> {
        say(&format!("\nstill serving on {}; Ctrl-C ends it", self.url));
        tokio::signal::ctrl_c().await.context("no signal can be waited for")
    }

    /// Everything down, in order.
    pub(super) async fn strike(self) -> anyhow::Result<()> {
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

/// Keys and run count of the twin are kept: link tokens of an earlier run must still be good.
async fn twin(data_dir: &Path) -> anyhow::Result<Sandbox> {
    let state_dir = data_dir.join("sandbox");
    std::fs::create_dir_all(&state_dir)?;
    let options = Options { seed: 2026, state_dir: Some(state_dir), ..Options::default() };
    let sandbox = Sandbox::start(options).await?;
    sandbox.register_facility(FACILITY_ID, FACILITY_NAME);
    sandbox.register_abha(abha_holder(&ABHA_HOLDER));
    Ok(sandbox)
}

fn configuration(sandbox: &Sandbox, data_dir: &Path) -> anyhow::Result<(Config, Secrets)> {
    let credentials = sandbox.credentials();
    let push_address: std::net::SocketAddr = sandbox
        .hiu_push_url()
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default()
        .parse()?;
    let text = toml(&sandbox.gateway_url(), &credentials.client_id, push_address, data_dir);
    let secrets = Secrets {
        client_secret: SecretString::from(credentials.client_secret.clone()),
        api_key: SecretString::from(API_KEY),
        kek: std::env::var("HIP_KEK").ok().map(SecretString::from),
        sms_token: None,
    };
    Ok((Config::parse(&text)?, secrets))
}

/// The twin's HIU listens on loopback without TLS: allowed here, and only that address.
fn toml(
    gateway: &str,
    client_id: &str,
    push_address: std::net::SocketAddr,
    data_dir: &Path,
) -> String {
    let kek = data_dir.join("kek");
    let kek = kek.display();
    format!(
        "[gateway]\nbase_url = {gateway:?}\nclient_id = {client_id:?}\n\
         [[facility]]\nid = {FACILITY_ID:?}\nname = {FACILITY_NAME:?}\n\
         [keys]\nfile = \"{kek}\"\n\
         [push]\nallow = [\"{push_address}\"]\n",
    )
}
