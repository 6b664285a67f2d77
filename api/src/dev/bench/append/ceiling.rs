//! pgbench: how many commits of one row the server can do at all.

mod output;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::cpu::{self, ServerCpu};
use super::measured::{Measured, cpu_us, ms};

/// Where Debian puts each major version's programs: `<major>/bin`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// Three columns, as the goals define it.
const TABLE: &str = "CREATE TABLE ceiling (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)";

/// What makes the body, with the names and numbers around it, some 600 bytes.
const NOTE_BYTES: usize = 540;

/// From this many clients on, one transaction in ten is noted, so that noting costs next to nothing.
const SAMPLED_FROM: u32 = 8;

/// pgbench, with its script and a place for its logs.
pub(super) struct Ceiling {
    program: PathBuf,
    folder: tempfile::TempDir,
    url: String,
    server: Option<ServerCpu>,
}

impl Ceiling {
    /// Makes the table at `url`.
    pub(super) async fn prepare(url: &str, server: Option<ServerCpu>) -> anyhow::Result<Self> {
        let program = find().context(
            "pgbench is not to be found; it comes with the server, and PG_BIN names its directory",
        )?;
        let pool = sqlx::PgPool::connect(url).await?;
        sqlx::query(TABLE).execute(&pool).await.context("pgbench's table cannot be made")?;
        pool.close().await;
        let folder = tempfile::tempdir()?;
        // The body is in the statement, which is prepared once: a client sends nothing but "again",
        // and the server parses no JSON. This is the harder ceiling.
        let note = "n".repeat(NOTE_BYTES);
        let body = format!(r#"{{"kind": "consent.notified", "number": 12345, "note": "{note}"}}"#);
        let script = format!("INSERT INTO ceiling (body) VALUES ('{body}');\n");
        std::fs::write(folder.path().join("script.sql"), script)?;
        Ok(Self { program, folder, url: url.to_owned(), server })
    }

    /// Measures for `seconds` after one second of warming up.
    ///
    /// pgbench reports each second. The first report begins the measurement and the one after
    /// `seconds` ends it, so that connections that open and close are outside.
    pub(super) async fn measure(&self, clients: u32, seconds: u32) -> anyhow::Result<Measured> {
        let log = tempfile::tempdir_in(self.folder.path())?;
        let mut child =
            self.command(clients, seconds, log.path()).spawn().context("pgbench cannot be run")?;
        let pid = child.id().context("pgbench has ended at once")?;
        let used = || (cpu::of_process(pid), self.server.and_then(ServerCpu::used));
        let mut lines =
            BufReader::new(child.stderr.take().context("pgbench has no output")?).lines();
        let (mut reported, mut before, mut after) = (Vec::new(), None, None);
        while let Some(line) = lines.next_line().await? {
            let Some(progress) = output::progress(&line) else { continue };
            reported.push(progress);
            if reported.len() == 1 {
                before = Some(used());
            } else if after.is_none() && reported.len() > seconds as usize {
                after = Some(used());
            }
        }
        let status = child.wait().await?;
        let (Some(before), Some(after), true) = (before, after, status.success()) else {
            bail!("pgbench has failed: {status}");
        };
        let transactions = output::transactions(&reported[..=seconds as usize]);
        let client = after.0.zip(before.0).map(|(after, before)| after.saturating_sub(before));
        let server = after.1.zip(before.1).map(|(after, before)| after.saturating_sub(before));
        let took = reported[seconds as usize].at_s - reported[0].at_s;
        let percentiles = output::latencies(log.path(), Duration::from_secs(1))?.percentiles();
        Ok(Measured {
            events_per_s: transactions / took,
            p50_ms: percentiles.map(|it| ms(it.p50)),
            p99_ms: percentiles.map(|it| ms(it.p99)),
            cpu_us: cpu_us(client, server, transactions),
            conflict_count: 0,
        })
    }

    fn command(&self, clients: u32, seconds: u32, log: &Path) -> Command {
        let sampling = if clients >= SAMPLED_FROM { "0.1" } else { "1.0" };
        let mut command = Command::new(&self.program);
        command
            .args([
                "-M",
                "prepared",
                "-n",
                "-j",
                "2",
                "-P",
                "1",
                "--log",
                "--sampling-rate",
                sampling,
            ])
            .arg(format!("--client={clients}"))
            // A second before and a second after.
            .arg(format!("--time={}", seconds + 2))
            .arg("--file")
            .arg(self.folder.path().join("script.sql"))
            .arg("--log-prefix")
            .arg(log.join("log"))
            .arg(&self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// In `PG_BIN`, else beside the newest of Debian's servers, else along `PATH`.
fn find() -> Option<PathBuf> {
    if let Some(directory) = std::env::var_os("PG_BIN").filter(|value| !value.is_empty()) {
        return Some(PathBuf::from(directory).join("pgbench")).filter(|program| program.is_file());
    }
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            let major: u32 = entry.file_name().to_str()?.parse().ok()?;
            let program = entry.path().join("bin/pgbench");
            program.is_file().then_some((major, program))
        })
        .max();
    newest.map(|(_, program)| program).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|it| it.join("pgbench")).find(|it| it.is_file())
    })
}
