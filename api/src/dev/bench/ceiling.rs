//! pgbench: the upper limit for commits of one row on this server.

mod output;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::cpu::{self, ServerCpu};
use super::measured::{Measured, cpu_us, ms};

/// Where Debian installs the programs of each major version: `<major>/bin`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// A table with three columns, as the goals define it.
const TABLE: &str = "CREATE TABLE ceiling (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)";

/// Length of the note that makes the body about 600 bytes long.
const NOTE_BYTES: usize = 540;

/// From this number of clients, only one transaction in ten is logged, so that logging costs almost
/// nothing.
const SAMPLED_FROM: u32 = 8;

/// pgbench, its script and the folder for its logs.
pub(super) struct Ceiling {
    program: PathBuf,
    folder: tempfile::TempDir,
    url: String,
    server: Option<ServerCpu>,
}

impl Ceiling {
    /// Creates the table at `url`.
    pub(super) async fn prepare(url: &str, server: Option<ServerCpu>) -> anyhow::Result<Self> {
        let program = find().context(
            "pgbench is not to be found; it comes with the server, and PG_BIN names its directory",
        )?;
        let pool = sqlx::PgPool::connect(url).await?;
        sqlx::query(TABLE).execute(&pool).await.context("pgbench's table cannot be made")?;
        pool.close().await;
        let folder = tempfile::tempdir()?;
        // The statement contains the body and is prepared once. So a client sends only "execute again", and
        // the server parses no JSON. This gives the highest possible limit.
        let note = "n".repeat(NOTE_BYTES);
        let body = format!(r#"{{"kind": "consent.notified", "number": 12345, "note": "{note}"}}"#);
        let script = format!("INSERT INTO ceiling (body) VALUES ('{body}');\n");
        std::fs::write(folder.path().join("script.sql"), script)?;
        Ok(Self { program, folder, url: url.to_owned(), server })
    }

    /// Measures for `seconds` after a warm-up of one second.
    ///
    /// pgbench reports every second. The measurement starts with the first report and ends `seconds`
    /// reports later, so that opening and closing connections is not measured.
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
            // One second before and one second after the measurement.
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

/// Finds pgbench in `PG_BIN`, else with the newest of Debian's servers, else on `PATH`.
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
