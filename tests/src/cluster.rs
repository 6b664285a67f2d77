//! A PostgreSQL cluster of a test's own, with a standby that can be promoted in its place.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::geteuid;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::process::free_port;
use crate::world::PATIENCE;

/// A cluster. It holds made-up data, and lets in every local user.
pub struct Cluster {
    dir: TempDir,
    port: u16,
    account: Option<(u32, u32)>,
    server: Option<Child>,
}

impl Cluster {
    /// Makes a new cluster and starts it.
    ///
    /// # Panics
    ///
    /// When there is no PostgreSQL on this machine.
    pub async fn primary() -> Self {
        let mut cluster = Self::without_data();
        let data = cluster.data();
        let mut initdb = cluster.program("initdb");
        initdb.args(["--no-sync", "--auth=trust", "--username=hip", "--encoding=UTF8", "-D"]);
        run(initdb.arg(data));
        cluster.start().await;
        cluster
    }

    /// Copies a running cluster as it is now into a standby, which is not started yet. It receives nothing
    /// that comes later.
    ///
    /// # Panics
    ///
    /// When it cannot be copied.
    #[must_use]
    pub fn standby(&self) -> Self {
        let standby = Self::without_data();
        let mut backup = standby.program("pg_basebackup");
        backup.args(["--no-sync", "--checkpoint=fast", "--wal-method=stream", "-h", "127.0.0.1"]);
        backup.args(["-U", "hip", "-p"]).arg(self.port.to_string());
        run(backup.arg("-D").arg(standby.data()));
        fs::write(standby.data().join("standby.signal"), "").expect("the copy can be written to");
        standby
    }

    /// Starts a standby, and makes it the primary.
    ///
    /// # Panics
    ///
    /// When it does not become one.
    pub async fn promote(&mut self) {
        self.start().await;
        let url = self.url("postgres");
        let mut connection = PgConnection::connect(&url).await.expect("the standby answers");
        let promoted: bool = sqlx::query_scalar("SELECT pg_promote(true, 60)")
            .fetch_one(&mut connection)
            .await
            .expect("a standby can be promoted");
        assert!(promoted, "the standby is still one");
    }

    /// `kill -9`.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        server.kill().expect("a child can be killed");
        server.wait().expect("a child can be waited for");
    }

    /// Where a database of it is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://hip@127.0.0.1:{}/{database}", self.port)
    }

    fn without_data() -> Self {
        let dir = tempfile::tempdir().expect("there is room for temporary files");
        // PostgreSQL does not run as root.
        let account = geteuid().is_root().then(account);
        if let Some((uid, gid)) = account {
            std::os::unix::fs::chown(dir.path(), Some(uid), Some(gid)).expect("root may do that");
        }
        Self { dir, port: free_port(), account, server: None }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    async fn start(&mut self) {
        let mut postgres = self.program("postgres");
        postgres.arg("-D").arg(self.data()).arg("-p").arg(self.port.to_string());
        postgres.arg("-k").arg(self.dir.path());
        for setting in ["fsync=off", "max_connections=200", "shared_buffers=32MB"] {
            postgres.arg("-c").arg(setting);
        }
        self.server = Some(postgres.spawn().expect("the program can be started"));
        let deadline = Instant::now() + PATIENCE;
        while PgConnection::connect(&self.url("postgres")).await.is_err() {
            assert!(Instant::now() < deadline, "the cluster does not start");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(binaries().join(name));
        command.current_dir(self.dir.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null());
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn run(command: &mut Command) {
    let status = command.status().expect("the program can be started");
    assert!(status.success(), "{command:?}");
}

/// The newest programs of the server that are installed.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.sort();
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&in_path));
    let has_them =
        |dir: &&PathBuf| dir.join("pg_basebackup").exists() && dir.join("initdb").exists();
    found.iter().find(has_them).expect("PostgreSQL is installed").clone()
}

/// An account that is not root.
fn account() -> (u32, u32) {
    let passwd = fs::read_to_string(Path::new("/etc/passwd")).expect("the machine has accounts");
    let of = |name: &str| {
        let line = passwd.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2).map(str::parse::<u32>);
        Some((fields.next()?.ok()?, fields.next()?.ok()?))
    };
    of("postgres").or_else(|| of("nobody")).expect("there is an account for servers")
}
