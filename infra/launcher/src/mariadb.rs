//! A throw-away MariaDB, for tests of code that reads a record system's own database.

use std::env;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::LaunchError;
use crate::process::find_program;
use crate::throwaway::{Recipe, Throwaway};

/// Where Debian installs programs for administrators.
const DEBIAN_DIRECTORY: &str = "/usr/sbin";

/// A MariaDB server on the loopback interface. It accepts every user; dropping the value kills the server.
#[derive(Debug)]
pub struct ThrowawayMariadb(Throwaway);

impl ThrowawayMariadb {
    /// Starts `mariadbd` with its files in `home`, and returns when it listens.
    ///
    /// `home` must not exist yet.
    pub fn start(home: &Path) -> Result<Self, LaunchError> {
        let program = find().ok_or(LaunchError::Missing {
            program: "mariadbd",
            cure: "install the Debian package `mariadb-server-core`, or set HIP_TEST_MYSQL to a \
                   running server",
        })?;
        let recipe = Recipe { name: "mariadbd", program: &program, arguments, answers };
        Throwaway::start(&recipe, home).map(Self)
    }

    /// The server's URL for a driver: `mysql://root@127.0.0.1:<port>`. The server has no database yet.
    pub fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}", self.0.port)
    }
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    find_program("mariadbd", &path).or_else(|| find_program("mariadbd", DEBIAN_DIRECTORY.as_ref()))
}

/// Arguments for a server without tables of users.
///
/// So no step has to create these tables, and the server accepts every user. `--user` has an effect only if
/// root starts the server.
fn arguments(data: &Path, port: u16) -> Vec<OsString> {
    let fixed = [
        "--no-defaults",
        "--user=root",
        "--skip-grant-tables",
        "--skip-networking=0",
        "--bind-address=127.0.0.1",
        "--innodb-flush-log-at-trx-commit=0",
    ];
    let mut arguments: Vec<OsString> = fixed.map(OsString::from).to_vec();
    arguments.push(format!("--port={port}").into());
    arguments.push(format!("--datadir={}", data.display()).into());
    arguments.push(format!("--socket={}", data.join("socket").display()).into());
    arguments
}

/// The server listens only after its storage is open, so a connection is enough.
fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}
