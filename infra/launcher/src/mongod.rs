//! A throw-away MongoDB, for tests.

use std::env;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::LaunchError;
use crate::checkout::checkout;
use crate::process::find_program;
use crate::throwaway::{Recipe, Throwaway};

/// Where `./run test` puts the server, relative to the checkout.
const FETCHED: &str = ".components/mongod/mongod";

/// A MongoDB server on the loopback interface. Dropping the value kills the server.
///
/// It is configured as a replica set with one member, so that a majority can acknowledge writes as in
/// production. The first client must initiate the set with `replSetInitiate`, because this crate has no
/// driver.
#[derive(Debug)]
pub struct ThrowawayMongod(Throwaway);

impl ThrowawayMongod {
    /// Starts `mongod` with its files in `home`, and returns when it listens.
    ///
    /// `home` must not exist yet. A new server takes about 1 s and 300 MB.
    pub fn start(home: &Path) -> Result<Self, LaunchError> {
        let program = find().ok_or(LaunchError::Missing {
            program: "mongod",
            cure: "./run test fetches one for Linux on x86_64; elsewhere put one on the PATH, or \
                   set HIP_TEST_MONGO to a running replica set",
        })?;
        let recipe = Recipe { name: "mongod", program: &program, arguments, answers };
        Throwaway::start(&recipe, home).map(Self)
    }

    /// The server's URL for a driver, before and after the replica set is initiated:
    /// `mongodb://127.0.0.1:<port>/?directConnection=true`.
    pub fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.0.port)
    }
}

/// Prefers the fetched server, whose version is known, to one on `PATH`.
fn find() -> Option<PathBuf> {
    let fetched = checkout().map(|checkout| checkout.join(FETCHED));
    fetched
        .filter(|path| path.is_file())
        .or_else(|| find_program("mongod", &env::var_os("PATH").unwrap_or_default()))
}

/// Arguments for little memory and a small oplog.
///
/// Expired documents are removed within 1 s. This setting is possible only at the start.
fn arguments(data: &Path, port: u16) -> Vec<OsString> {
    let fixed = [
        "--bind_ip",
        "127.0.0.1",
        "--replSet",
        "rs0",
        "--nounixsocket",
        "--quiet",
        "--wiredTigerCacheSizeGB",
        "0.25",
        "--oplogSize",
        "64",
        "--setParameter",
        "ttlMonitorSleepSecs=1",
        "--setParameter",
        "diagnosticDataCollectionEnabled=false",
    ];
    let mut arguments: Vec<OsString> = fixed.map(OsString::from).to_vec();
    arguments.extend(["--port".into(), port.to_string().into(), "--dbpath".into(), data.into()]);
    arguments
}

/// The server listens only after its storage is open, so a connection is enough.
fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}
