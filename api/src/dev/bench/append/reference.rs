//! cqrs-es over postgres-es, in a separate program, because it pins another version of sqlx.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::process::Command;
use tokio::time::sleep_until;

use crate::dev::bench::cpu::ServerCpu;
use crate::dev::bench::measured::Measured;

/// The program, in the same directory as this one.
const NAME: &str = "hip-bench-reference";

/// How to build the program.
pub(super) const HINT: &str =
    "not measured, build it with `cargo build --release -p hip-reference`";

/// Time after which its connections are open and its warm-up of one second is over.
const WARM_UP: Duration = Duration::from_millis(1_500);

/// The program that measures the reference.
pub(super) struct Reference {
    program: PathBuf,
    url: String,
    server: Option<ServerCpu>,
}

/// The fields of its output that are used here.
#[derive(Deserialize)]
struct ReferenceResult {
    commands: u32,
    events: u32,
    conflicts: u64,
    seconds: f64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    client_cpu_s: Option<f64>,
}

impl Reference {
    /// Finds the program. `None` if it is missing.
    pub(super) fn find(url: &str, server: Option<ServerCpu>) -> Option<Self> {
        let program = std::env::current_exe().ok()?.with_file_name(NAME);
        program.is_file().then(|| Self { program, url: url.to_owned(), server })
    }

    /// Measures for `seconds` after a warm-up of one second.
    pub(super) async fn measure(
        &self,
        clients: u32,
        events: u32,
        streams: u32,
        seconds: u32,
    ) -> anyhow::Result<Measured> {
        let begun_at = Instant::now();
        let child = Command::new(&self.program)
            .arg("--url")
            .arg(&self.url)
            .arg(format!("--clients={clients}"))
            .arg(format!("--events={events}"))
            .arg(format!("--streams={streams}"))
            .arg(format!("--seconds={seconds}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the reference cannot be run")?;
        // The program reports its end, but not the start of its measurement. So the server's time is taken
        // at two moments within the measurement, and divided by the number of commands in between, at the
        // measured rate.
        sleep_until((begun_at + WARM_UP).into()).await;
        let before = self.server_cpu();
        sleep_until((begun_at + Duration::from_secs(u64::from(seconds) + 1)).into()).await;
        let after = self.server_cpu();
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("the reference has failed: {}", output.status);
        }
        let outcome: ReferenceResult =
            serde_json::from_slice(&output.stdout).context("the reference speaks otherwise")?;
        let server_us = before.zip(after).and_then(|((before, from), (after, until))| {
            let commands =
                f64::from(outcome.commands) / outcome.seconds * (until - from).as_secs_f64();
            (commands > 0.0).then(|| after.saturating_sub(before).as_secs_f64() * 1e6 / commands)
        });
        let client_us = outcome.client_cpu_s.map(|s| s * 1e6 / f64::from(outcome.commands.max(1)));
        Ok(Measured {
            events_per_s: f64::from(outcome.events) / outcome.seconds,
            p50_ms: outcome.p50_ms,
            p99_ms: outcome.p99_ms,
            cpu_us: client_us.zip(server_us).map(|(client, server)| client + server),
            conflict_count: outcome.conflicts,
        })
    }

    fn server_cpu(&self) -> Option<(Duration, Instant)> {
        Some((self.server?.used()?, Instant::now()))
    }
}
