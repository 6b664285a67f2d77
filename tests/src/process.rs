//! `hip serve`, the real binary, in a process that can be killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A running `hip serve`.
pub struct HipProcess {
    child: Child,
}

/// How a process is started, again and again.
pub struct Launch {
    /// Another binary than the one that was built beside the test.
    pub binary: Option<PathBuf>,
    /// The configuration file.
    pub config: PathBuf,
    /// Where its log goes; later processes append.
    pub log: PathBuf,
    /// `DATABASE_URL`.
    pub database_url: String,
    /// `HIP_CLIENT_SECRET`.
    pub client_secret: String,
    /// `HIP_API_KEY`.
    pub api_key: String,
    /// Where it listens.
    pub url: String,
    /// What it logs: `HIP_LOG`.
    pub log_level: &'static str,
    /// More of its environment, such as where the stores beside the log are.
    pub environment: Vec<(&'static str, String)>,
}

/// The binary that was built beside this test.
pub fn hip_binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests are built in deps");
    let binary = profile.join("hip");
    assert!(binary.exists(), "{} is not built: run `cargo build -p hip` first", binary.display());
    binary
}

/// A port that was free a moment ago.
///
/// # Panics
///
/// When there is none.
pub fn free_port() -> u16 {
    hip_launcher::free_port().expect("loopback has free ports")
}

impl Launch {
    /// Starts the process and waits until it serves.
    ///
    /// # Panics
    ///
    /// When it does not serve in time.
    pub async fn start(&self) -> HipProcess {
        let mut process = self.spawn("all");
        self.wait_until_ready(&mut process).await;
        process
    }

    /// Starts a process that has only doors, and waits until it serves.
    ///
    /// # Panics
    ///
    /// When it does not serve in time.
    pub async fn start_doors(&self) -> HipProcess {
        let mut process = self.spawn("api");
        self.wait_until_ready(&mut process).await;
        process
    }

    /// Starts a process that has no doors. It may not be at work yet.
    ///
    /// # Panics
    ///
    /// When there is no binary, or no place for its log.
    pub fn start_worker(&self) -> HipProcess {
        self.spawn("worker")
    }

    /// Starts a process that must not come up; what it has said before it ended.
    ///
    /// # Panics
    ///
    /// When it serves, or ends with another status than that of a system that cannot answer.
    pub async fn refused(&self) -> String {
        let command = tokio::process::Command::new(self.binary())
            .args(["serve", "--config"])
            .arg(&self.config)
            .env("DATABASE_URL", &self.database_url)
            .env("HIP_CLIENT_SECRET", &self.client_secret)
            .env("HIP_API_KEY", &self.api_key)
            .env("HIP_DATA_DIR", self.data_dir())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true)
            .output();
        let ended = tokio::time::timeout(crate::patience::PATIENCE, command).await;
        let output = ended.expect("it serves").expect("the binary can be started");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        said
    }

    /// Where it keeps what no configuration places.
    ///
    /// # Panics
    ///
    /// When the log is at the root.
    pub fn data_dir(&self) -> &std::path::Path {
        self.log.parent().expect("the log is in a directory")
    }

    fn binary(&self) -> PathBuf {
        self.binary.clone().unwrap_or_else(hip_binary)
    }

    fn spawn(&self, role: &str) -> HipProcess {
        let log = std::fs::File::options().create(true).append(true).open(&self.log);
        let log = log.expect("the log file can be written");
        let child = Command::new(self.binary())
            .arg("serve")
            .arg("--config")
            .arg(&self.config)
            .args(["--role", role])
            .env("DATABASE_URL", &self.database_url)
            .env("HIP_CLIENT_SECRET", &self.client_secret)
            .env("HIP_API_KEY", &self.api_key)
            .env("HIP_SMS_TOKEN", "suite-sms-token")
            .env_remove("MONGODB_URL")
            .env_remove("REDIS_URL")
            .env("HIP_DATA_DIR", self.data_dir())
            .env("HIP_LOG", self.log_level)
            .env("HIP_VISIT_SOURCE_KEY", crate::record_system::KEY)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary can be started");
        HipProcess { child }
    }

    /// The last lines that it has logged.
    pub fn tail(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().map(str::to_owned).collect()
    }

    async fn wait_until_ready(&self, process: &mut HipProcess) {
        let deadline = Instant::now() + crate::patience::PATIENCE;
        let url = format!("{}/health/ready", self.url);
        loop {
            if let Ok(response) = reqwest::get(&url).await
                && response.status().is_success()
            {
                return;
            }
            let has_ended = process.child.try_wait().is_ok_and(|status| status.is_some());
            let may_come = !has_ended && Instant::now() < deadline;
            assert!(may_come, "hip serve does not come up: {:#?}", self.tail());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl HipProcess {
    /// Its number at the operating system.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`: no farewell of any kind.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, and waits.
    pub fn terminate(mut self) -> bool {
        self.signal(Signal::TERM);
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl HipProcess {
    /// Lets it do nothing, without an end.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for HipProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
