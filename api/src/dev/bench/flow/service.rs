//! The service that is measured: `hip serve` in its own process.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::dev::bench::cpu;
use crate::dev::demo_environment::{API_KEY, FACILITY_ID, FACILITY_NAME};
use crate::dev::node::Node;

/// Time limit for the service to get ready.
const START_TIME_MAX: Duration = Duration::from_secs(60);

/// The key under which the service's keys are encrypted.
pub(in crate::dev::bench) struct Kek(SecretString);

impl Kek {
    pub(in crate::dev::bench) fn random() -> Self {
        let key: [u8; 32] = rand::random();
        Self(SecretString::from(STANDARD.encode(key)))
    }

    pub(in crate::dev::bench) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

pub(in crate::dev::bench) struct Service {
    node: Node,
    pid: u32,
    /// Configuration, keys and log; removed on drop.
    _folder: tempfile::TempDir,
}

impl Service {
    /// Starts it on a database, beside a gateway and HIUs, which have no TLS.
    pub(in crate::dev::bench) async fn start(
        database: &str,
        gateway: &str,
        hius: &[SocketAddr],
        kek: &Kek,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = hip_launcher::free_port()?;
        let config = folder.path().join("hip.toml");
        let hius: Vec<String> = hius.iter().map(ToString::to_string).collect();
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\n\
             [gateway]\nbase_url = {gateway:?}\ncm_id = \"sbx\"\nclient_id = \"load\"\n\
             [[facility]]\nid = {FACILITY_ID:?}\nname = {FACILITY_NAME:?}\n\
             [push]\nallow = {hius:?}\n\
             [sms]\nsender = \"console\"\n"
        );
        fs::write(&config, text)?;
        let environment = vec![
            ("DATABASE_URL", database.to_owned()),
            ("HIP_CLIENT_SECRET", "load".to_owned()),
            ("HIP_API_KEY", API_KEY.to_owned()),
            ("HIP_KEK", kek.0.expose_secret().to_owned()),
            ("HIP_DATA_DIR", folder.path().display().to_string()),
        ];
        let url = format!("http://127.0.0.1:{port}");
        let program = std::env::current_exe()?;
        let log = folder.path().join("hip.log");
        let node = Node::new(program, url, config, log, environment);
        node.start()?;
        let pid = node.pid().context("the service has ended at once")?;
        let service = Self { node, pid, _folder: folder };
        service.until_ready().await?;
        Ok(service)
    }

    pub(in crate::dev::bench) fn url(&self) -> &str {
        &self.node.url
    }

    /// User and system time since its start.
    pub(in crate::dev::bench) fn cpu(&self) -> Option<Duration> {
        cpu::of_process(self.pid)
    }

    /// Resident memory in MiB.
    pub(in crate::dev::bench) fn memory_mib(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(f64::from(kib) / 1024.0)
    }

    pub(in crate::dev::bench) async fn stop(self) {
        self.node.stop().await;
    }

    async fn until_ready(&self) -> anyhow::Result<()> {
        let url = format!("{}/health/ready", self.node.url);
        let begun_at = Instant::now();
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            ensure!(
                begun_at.elapsed() < START_TIME_MAX,
                "the service does not get ready: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The last lines that it has logged.
    fn log(&self) -> String {
        let text = fs::read_to_string(PathBuf::from(&self.node.log)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}
