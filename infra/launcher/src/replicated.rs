//! A PostgreSQL primary with standbys, for campaigns and tests of a failover.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, lchown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::geteuid;

use crate::account::Account;
use crate::error::LaunchError;
use crate::postgres::binaries::Binaries;
use crate::process::{
    POLL_INTERVAL, PORT_TRY_COUNT_MAX, command, free_port, last_words, refuse_production,
    says_port_taken,
};

/// Time limit for a server to answer. A start takes about 1 s; the rest is for a busy machine.
const READY_TIMEOUT: Duration = Duration::from_mins(2);

/// Name of the user that owns every cluster.
const USER: &str = "hip";

/// File with one setting. The server reads it again on a reload.
const REPLICATION_FILE: &str = "replication.conf";

/// What a standby receives from the primary after it was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// All later changes.
    Stream,
    /// Nothing: it keeps the state of the copy.
    Nothing,
}

/// A primary or a standby on the loopback interface.
///
/// It contains made-up data, accepts every local user and never waits for the disk. Dropping the value
/// kills the server; its files stay.
#[derive(Debug)]
pub struct ReplicatedPostgres {
    binaries: Binaries,
    runs_as: Option<Account>,
    home: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl ReplicatedPostgres {
    /// Creates an empty cluster in `home`, which must not exist yet, and starts its server.
    pub fn primary(home: &Path) -> Result<Self, LaunchError> {
        let mut primary = Self::without_data(home)?;
        let mut initdb = primary.program("initdb")?;
        initdb.args(["--no-sync", "--auth=trust", "--username", USER, "--encoding=UTF8", "-D"]);
        primary.run("initdb", initdb.arg(primary.data()))?;
        let configuration = primary.data().join("postgresql.conf");
        File::options()
            .append(true)
            .open(&configuration)
            .and_then(|mut file| writeln!(file, "include_if_exists = '{REPLICATION_FILE}'"))
            .map_err(LaunchError::io("write", &configuration))?;
        primary.start()?;
        Ok(primary)
    }

    /// Copies this server to `home` in its current state, and starts the copy as a standby, which can be
    /// read.
    pub fn standby(&self, home: &Path, follow: Follow) -> Result<Self, LaunchError> {
        let mut standby = Self::without_data(home)?;
        let mut backup = standby.program("pg_basebackup")?;
        backup.args(["--no-sync", "--checkpoint=fast", "--wal-method=stream", "-h", "127.0.0.1"]);
        backup.args(["-U", USER, "-p"]).arg(self.port.to_string());
        if follow == Follow::Stream {
            backup.arg("--write-recovery-conf");
        }
        standby.run("pg_basebackup", backup.arg("-D").arg(standby.data()))?;
        let signal = standby.data().join("standby.signal");
        File::create(&signal).map_err(LaunchError::io("write", &signal))?;
        standby.start()?;
        Ok(standby)
    }

    /// Sets whether a commit waits until a standby has it. If so, a commit without a standby waits forever.
    pub fn set_synchronous(&self, is_synchronous: bool) -> Result<(), LaunchError> {
        let path = self.data().join(REPLICATION_FILE);
        let names = if is_synchronous { "*" } else { "" };
        fs::write(&path, format!("synchronous_standby_names = '{names}'\n"))
            .map_err(LaunchError::io("write", &path))?;
        self.control("reload")
    }

    /// Makes this standby the primary.
    pub fn promote(&self) -> Result<(), LaunchError> {
        self.control("promote")
    }

    /// Kills the server at once, like `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It may have ended already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// The server's URL for a driver, for this database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    fn without_data(home: &Path) -> Result<Self, LaunchError> {
        refuse_production()?;
        let runs_as = if geteuid().is_root() {
            let account = Account::candidates()?.into_iter().next();
            Some(account.ok_or(LaunchError::NoAccount)?)
        } else {
            None
        };
        let mode = if runs_as.is_some() { 0o711 } else { 0o700 };
        DirBuilder::new().mode(mode).create(home).map_err(LaunchError::io("create", home))?;
        if let Some(account) = &runs_as {
            lchown(home, Some(account.uid), Some(account.gid))
                .map_err(LaunchError::io("hand over", home))?;
        }
        let binaries = Binaries::find(None)?;
        Ok(Self { binaries, runs_as, home: home.to_owned(), port: free_port()?, server: None })
    }

    /// Starts the server. Tries another port if another program has taken the free one.
    fn start(&mut self) -> Result<(), LaunchError> {
        let mut ports_tried = 1;
        loop {
            match self.start_once() {
                Err(LaunchError::Ended { said, .. })
                    if says_port_taken(&said) && ports_tried < PORT_TRY_COUNT_MAX =>
                {
                    ports_tried += 1;
                    self.port = free_port()?;
                }
                started => return started,
            }
        }
    }

    fn start_once(&mut self) -> Result<(), LaunchError> {
        let mut postgres = self.program("postgres")?;
        postgres.arg("-D").arg(self.data()).arg("-p").arg(self.port.to_string());
        // No socket: its path is limited to about 100 bytes, and a directory for temporary files can exceed
        // that.
        for setting in
            ["unix_socket_directories=", "fsync=off", "max_connections=200", "shared_buffers=32MB"]
        {
            postgres.arg("-c").arg(setting);
        }
        let log = self.home.join("log");
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let server = postgres.spawn().map_err(LaunchError::io("run", &self.data()))?;
        self.server = Some(server);
        let begun_at = Instant::now();
        while !self.takes_connections()? {
            if self.has_ended()? {
                let said = last_words(&log, log_start);
                return Err(LaunchError::Ended { program: "postgres", said, log });
            }
            if begun_at.elapsed() > READY_TIMEOUT {
                return Err(LaunchError::NotReady { waited: READY_TIMEOUT, log });
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    fn takes_connections(&self) -> Result<bool, LaunchError> {
        let mut ask = self.program("pg_isready")?;
        ask.args(["-q", "-h", "127.0.0.1", "-p"]).arg(self.port.to_string());
        let answer = ask.status().map_err(LaunchError::io("run pg_isready in", &self.home))?;
        Ok(answer.success())
    }

    fn has_ended(&mut self) -> Result<bool, LaunchError> {
        let Some(server) = &mut self.server else { return Ok(true) };
        let ended = server.try_wait().map_err(LaunchError::io("wait for", &self.home))?;
        Ok(ended.is_some())
    }

    /// Runs one command of `pg_ctl`. Returns when it is done.
    fn control(&self, word: &str) -> Result<(), LaunchError> {
        let mut control = self.program("pg_ctl")?;
        control.arg(word).arg("-D").arg(self.data());
        self.run("pg_ctl", &mut control)
    }

    fn program(&self, name: &str) -> Result<Command, LaunchError> {
        let program = self.binaries.program(name);
        command(&program, &self.home.join("log"), &self.home, self.runs_as.as_ref())
    }

    fn run(&self, program: &'static str, command: &mut Command) -> Result<(), LaunchError> {
        let status = command.status().map_err(LaunchError::io("run a program in", &self.home))?;
        if status.success() {
            return Ok(());
        }
        let log = self.home.join("log");
        Err(LaunchError::Ended { program, said: last_words(&log, 0), log })
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }
}

impl Drop for ReplicatedPostgres {
    fn drop(&mut self) {
        self.kill();
    }
}
