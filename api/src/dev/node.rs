//! One node: `hip serve` in its own process, to which faults can be applied.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};

/// Time limit for a node to stop. A node should stop within 25 s, even if something hangs.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(35);

/// A node: its start options and its state.
pub(in crate::dev) struct Node {
    program: PathBuf,
    /// URL of the node.
    pub(in crate::dev) url: String,
    pub(in crate::dev) config: PathBuf,
    pub(in crate::dev) log: PathBuf,
    /// The rest of its environment, including secrets.
    pub(in crate::dev) environment: Vec<(&'static str, String)>,
    state: Mutex<State>,
    ended_by_itself: AtomicU32,
}

#[derive(Default)]
struct State {
    process: Option<Child>,
    /// Whether the node should run.
    is_wanted: bool,
}

impl Node {
    pub(in crate::dev) fn new(
        program: PathBuf,
        url: String,
        config: PathBuf,
        log: PathBuf,
        environment: Vec<(&'static str, String)>,
    ) -> Self {
        let state = Mutex::default();
        Self { program, url, config, log, environment, state, ended_by_itself: AtomicU32::new(0) }
    }

    pub(in crate::dev) fn start(&self) -> anyhow::Result<()> {
        let mut state = self.state.lock();
        state.is_wanted = true;
        if state.process.is_none() {
            state.process = Some(self.spawn()?);
        }
        Ok(())
    }

    /// Id of the process. `None` if it does not run.
    pub(in crate::dev) fn pid(&self) -> Option<u32> {
        self.state.lock().process.as_ref().map(Child::id)
    }

    /// Kills the process at once, like `kill -9`.
    pub(in crate::dev) fn kill(&self) {
        let mut state = self.state.lock();
        state.is_wanted = false;
        if let Some(mut process) = state.process.take() {
            // It may have ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Asks the node to stop, and waits. Returns whether it stopped in time.
    pub(in crate::dev) async fn stop(&self) -> bool {
        let process = {
            let mut state = self.state.lock();
            state.is_wanted = false;
            state.process.take()
        };
        let Some(mut process) = process else { return true };
        signal(&process, Signal::TERM);
        let begun_at = Instant::now();
        loop {
            if let Ok(Some(_)) = process.try_wait() {
                return true;
            }
            if begun_at.elapsed() > SHUTDOWN_TIME_MAX {
                let _ = process.kill();
                let _ = process.wait();
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Suspends the process, with its locks and connections.
    pub(in crate::dev) fn freeze(&self) {
        self.send(Signal::STOP);
    }

    /// Resumes the process.
    pub(in crate::dev) fn thaw(&self) {
        self.send(Signal::CONT);
    }

    /// Restarts the node if it ended by itself, as a supervisor does.
    pub(in crate::dev) fn revive(&self) -> anyhow::Result<()> {
        let mut state = self.state.lock();
        let has_ended = match &mut state.process {
            Some(process) => process.try_wait()?.is_some(),
            None => false,
        };
        if has_ended && state.is_wanted {
            self.ended_by_itself.fetch_add(1, Ordering::Relaxed);
            state.process = Some(self.spawn()?);
        }
        Ok(())
    }

    /// How often the node had to be restarted.
    pub(in crate::dev) fn ended_by_itself_count(&self) -> u32 {
        self.ended_by_itself.load(Ordering::Relaxed)
    }

    fn send(&self, word: Signal) {
        if let Some(process) = &self.state.lock().process {
            signal(process, word);
        }
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        Command::new(&self.program)
            .args(["serve", "--config"])
            .arg(&self.config)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove("MONGODB_URL")
            .env_remove("REDIS_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("a node cannot be started")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn signal(process: &Child, word: Signal) {
    let pid = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended already.
        let _ = kill_process(pid, word);
    }
}
