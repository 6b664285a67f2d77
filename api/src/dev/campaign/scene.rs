//! All parts of a campaign: the simulator, two nodes, the proxy in front of them, the proxies behind
//! them, and a primary with its standby.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hip_infra::postgres;
use hip_launcher::{Follow, ReplicatedPostgres};
use hip_sandbox::{Proxy, Redelivery, Sandbox, SandboxOptions as SimulatorOptions};
use tokio::sync::Mutex;

use crate::cli::sandbox::SUITE_SECTIONS;
use crate::dev::demo_environment::{API_KEY, FACILITY_ID, FACILITY_NAME, provider_toml};
use crate::dev::node::Node;

/// Time limit for any step once everything runs again.
pub(super) const PATIENCE: Duration = Duration::from_mins(5);

/// The database that every cluster has.
const DATABASE: &str = "postgres";

/// Number of nodes.
pub(super) const NODE_COUNT: usize = 2;

pub(super) struct Scene {
    pub(super) sandbox: Sandbox,
    pub(super) nodes: Vec<Node>,
    /// Proxies between node and database, one for each node.
    pub(super) wires: Vec<Proxy>,
    /// URL for hospitals and the gateway.
    pub(super) door: String,
    /// `None` during a failover, and after one that failed.
    servers: Mutex<Option<Servers>>,
    _door: Proxy,
}

/// The primary and its standby.
struct Servers {
    folder: PathBuf,
    primary: ReplicatedPostgres,
    standby: ReplicatedPostgres,
    made: u32,
}

impl Scene {
    /// Starts everything; each node runs its own program.
    pub(super) async fn start(
        folder: &Path,
        seed: u64,
        programs: [PathBuf; NODE_COUNT],
    ) -> anyhow::Result<Self> {
        let servers = blocking({
            let folder = folder.to_owned();
            move || Servers::start(folder)
        })
        .await?;
        let database = servers.primary.url(DATABASE);
        postgres::migrate(&database).await?;
        let servers = blocking(move || servers.follow_closely()).await?;
        let sandbox = Sandbox::start(simulator(seed)).await?;
        sandbox.register_facility(FACILITY_ID, FACILITY_NAME);
        let (mut nodes, mut wires) = (vec![], vec![]);
        for (name, program) in ["first", "second"].into_iter().zip(programs) {
            let wire = Proxy::before(&[&database]).await?;
            nodes.push(node(&sandbox, folder, (name, program), &wire.through(&database))?);
            wires.push(wire);
        }
        let urls: Vec<&str> = nodes.iter().map(|node| node.url.as_str()).collect();
        let door = Proxy::before(&urls).await?;
        let servers = Mutex::new(Some(servers));
        let url = format!("http://{}", door.address);
        sandbox.set_bridge_url(&url);
        let scene = Self { sandbox, nodes, wires, door: url, servers, _door: door };
        for node in &scene.nodes {
            node.start()?;
        }
        scene.until_ready().await?;
        Ok(scene)
    }

    /// Destroys the primary. Its standby has all acknowledged data; it is promoted and gets a standby of
    /// its own.
    pub(super) async fn lose_the_primary(&self) -> anyhow::Result<()> {
        let mut servers = self.servers.lock().await;
        let lost = servers.take().context("there is no primary")?;
        let replaced = servers.insert(blocking(move || lost.replace_primary()).await?);
        let database = replaced.primary.url(DATABASE);
        for wire in &self.wires {
            wire.redirect(&[&database]);
        }
        Ok(())
    }

    /// Restores all connections, and waits until all nodes serve.
    pub(super) async fn make_whole(&self) -> anyhow::Result<()> {
        for (node, wire) in self.nodes.iter().zip(&self.wires) {
            wire.silence_existing();
            node.thaw();
            node.start()?;
        }
        self.until_ready().await
    }

    /// Restarts nodes that ended by themselves, as a supervisor does.
    pub(super) async fn keep_nodes_running(&self) {
        loop {
            for node in &self.nodes {
                if let Err(error) = node.revive() {
                    tracing::error!(%error, "a node is not restarted");
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// URL of the current primary.
    pub(super) async fn database_url(&self) -> anyhow::Result<String> {
        let servers = self.servers.lock().await;
        Ok(servers.as_ref().context("there is no primary")?.primary.url(DATABASE))
    }

    pub(super) async fn stop(&self) {
        for node in &self.nodes {
            node.stop().await;
        }
        self.sandbox.stop().await;
    }

    async fn until_ready(&self) -> anyhow::Result<()> {
        let begun_at = Instant::now();
        for node in &self.nodes {
            let url = format!("{}/health/ready", node.url);
            while !is_well(&url).await {
                ensure!(
                    begun_at.elapsed() < PATIENCE,
                    "a node does not get ready: {}",
                    node.log.display()
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

impl Servers {
    fn start(folder: PathBuf) -> anyhow::Result<Self> {
        let primary = ReplicatedPostgres::primary(&folder.join("server-0"))?;
        let standby = primary.standby(&folder.join("server-1"), Follow::Stream)?;
        Ok(Self { folder, primary, standby, made: 2 })
    }

    /// From now on a commit waits for the standby.
    fn follow_closely(self) -> anyhow::Result<Self> {
        self.primary.set_synchronous(true)?;
        Ok(self)
    }

    fn replace_primary(mut self) -> anyhow::Result<Self> {
        self.primary.kill();
        self.standby.set_synchronous(false)?;
        self.standby.promote()?;
        let standby = self
            .standby
            .standby(&self.folder.join(format!("server-{}", self.made)), Follow::Stream)?;
        let Self { folder, standby: primary, made, .. } = self;
        Self { folder, primary, standby, made: made + 1 }.follow_closely()
    }
}

/// The launcher's calls block, so they run on a blocking thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work on a server broke off")?
}

async fn is_well(url: &str) -> bool {
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()
    else {
        return false;
    };
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// Short time limits for a suspended node, long ones for the run.
fn simulator(seed: u64) -> SimulatorOptions {
    SimulatorOptions {
        seed,
        redelivery: Redelivery { interval: Duration::from_millis(500), attempts_max: 1_000 },
        callback_timeout: Duration::from_secs(3),
        patience: PATIENCE,
        ..SimulatorOptions::default()
    }
}

/// A node with its own configuration, log file and port; keys and seals are shared.
fn node(
    sandbox: &Sandbox,
    folder: &Path,
    (name, program): (&str, PathBuf),
    database: &str,
) -> anyhow::Result<Node> {
    let port = hip_launcher::free_port()?;
    let credentials = sandbox.credentials();
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\n{}[worker]\nlease_ms = 2000\npoll_ms = 100\n{SUITE_SECTIONS}",
        provider_toml(sandbox, folder),
    );
    let config = folder.join(format!("{name}.toml"));
    std::fs::write(&config, text)?;
    let environment = vec![
        ("DATABASE_URL", database.to_owned()),
        ("HIP_CLIENT_SECRET", credentials.client_secret),
        ("HIP_API_KEY", API_KEY.to_owned()),
        ("HIP_SMS_TOKEN", "campaign-sms-token".to_owned()),
        ("HIP_DATA_DIR", folder.display().to_string()),
    ];
    Ok(Node::new(
        program,
        format!("http://127.0.0.1:{port}"),
        config,
        folder.join(format!("{name}.log")),
        environment,
    ))
}
