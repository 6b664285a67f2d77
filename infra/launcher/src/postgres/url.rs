//! URLs of a server, for drivers and PostgreSQL's own programs.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::password::Password;
use super::socket_dir::Socket;

/// URL of a server on the loopback interface.
pub(crate) fn of_port(user: &str, password: &Password, port: u16, database: &str) -> String {
    format!("postgres://{user}:{}@127.0.0.1:{port}/{database}", password.as_str())
}

/// URL of a server on a socket.
///
/// The host is the directory of the socket, with its slashes written as `%2F`. User, password and database
/// need no encoding.
pub(crate) fn of_socket(
    user: &str,
    password: &Password,
    socket: &Socket,
    database: &str,
) -> String {
    let host = percent_encoded(&socket.directory);
    let port = socket.port;
    format!("postgres://{user}:{}@{host}:{port}/{database}", password.as_str())
}

fn percent_encoded(path: &Path) -> String {
    let mut encoded = String::new();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes whatever is written to it");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_host_in_percent_signs() {
        assert_eq!(percent_encoded(Path::new("/var/a b/ü")), "%2Fvar%2Fa%20b%2F%C3%BC");
    }
}
