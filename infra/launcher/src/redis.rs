//! A throw-away Redis, for tests.

use std::env;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::LaunchError;
use crate::process::find_program;
use crate::throwaway::{Recipe, Throwaway};

/// A Redis server on the loopback interface that stores nothing on disk. Dropping the value kills the
/// server.
#[derive(Debug)]
pub struct ThrowawayRedis(Throwaway);

impl ThrowawayRedis {
    /// Starts `redis-server` with its files in `home`, and returns when it answers.
    ///
    /// `home` must not exist yet.
    pub fn start(home: &Path) -> Result<Self, LaunchError> {
        let program = find_program("redis-server", &env::var_os("PATH").unwrap_or_default())
            .ok_or(LaunchError::Missing {
                program: "redis-server",
                cure: "install the Debian package `redis-server`, or set HIP_TEST_REDIS to a \
                       running server",
            })?;
        let recipe = Recipe { name: "redis-server", program: &program, arguments, answers };
        Throwaway::start(&recipe, home).map(Self)
    }

    /// The server's URL for a driver: `redis://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.0.port)
    }
}

fn arguments(data: &Path, port: u16) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"].map(OsString::from).to_vec();
    arguments.extend(["--port".into(), port.to_string().into(), "--dir".into(), data.into()]);
    arguments
}

fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || -> std::io::Result<[u8; 5]> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer == *b"+PONG")
}
