//! As much of PostgreSQL's protocol as a launcher needs: is it there, and one statement at a time.
//!
//! Version 3.0 in clear over the loopback interface, no password. A driver would be the largest
//! part of this crate; the server's client programs are a package of their own and may be missing.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Protocol 3.0 as the start message gives it.
const PROTOCOL_VERSION: u32 = 3 << 16;

/// The longest message that is believed: the answers to our statements are far shorter.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// How long one read or write may take. Creating a database copies some 7 MB.
const IO_TIMEOUT: Duration = Duration::from_secs(30);

/// The name of the user that every cluster of ours is made with.
pub(crate) const USER: &str = "hip";

/// Why a server did not do what it was asked.
#[derive(Debug)]
pub enum WireError {
    /// It could not be reached, or hung up.
    Io(io::Error),
    /// It refused.
    Refused {
        /// The five characters of its error code, such as `42P04`.
        sqlstate: String,
        /// Its own words.
        message: String,
    },
    /// It did not answer as PostgreSQL does; it may be another program.
    NotUnderstood,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the server cannot be reached"),
            Self::Refused { sqlstate, message } => write!(f, "{message} ({sqlstate})"),
            Self::NotUnderstood => f.write_str("this is not the answer of a PostgreSQL server"),
        }
    }
}

impl Error for WireError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(source) => Some(source),
            Self::Refused { .. } | Self::NotUnderstood => None,
        }
    }
}

impl From<io::Error> for WireError {
    fn from(source: io::Error) -> Self {
        Self::Io(source)
    }
}

/// A connection that the server has accepted.
#[derive(Debug)]
pub(crate) struct Session(TcpStream);

impl Session {
    /// Connects to `database` on the loopback interface. It succeeds once the server takes work.
    pub(crate) fn open(port: u16, database: &str) -> Result<Self, WireError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(IO_TIMEOUT))?;
        stream.set_write_timeout(Some(IO_TIMEOUT))?;
        let mut body = PROTOCOL_VERSION.to_be_bytes().to_vec();
        for word in ["user", USER, "database", database, "application_name", "hip-launcher", ""] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        let mut session = Self(stream);
        session.send(&[], &body)?;
        session.until_ready()?;
        Ok(session)
    }

    /// Runs one statement; rows of its answer are passed over.
    pub(crate) fn execute(&mut self, statement: &str) -> Result<(), WireError> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.send(b"Q", &body)?;
        self.until_ready()
    }

    /// A message is its kind, the length of the rest with these four bytes, and the rest.
    fn send(&mut self, kind: &[u8], body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4).map_err(|_| WireError::NotUnderstood)?;
        Ok(self.0.write_all(&[kind, &length.to_be_bytes(), body].concat())?)
    }

    /// Reads on until the server waits for the next statement.
    fn until_ready(&mut self) -> Result<(), WireError> {
        let mut refused = None;
        loop {
            let (kind, body) = match self.receive() {
                Ok(message) => message,
                // While starting or stopping it says why and hangs up.
                Err(error) => return Err(refused.unwrap_or(error)),
            };
            match kind {
                b'Z' => return refused.map_or(Ok(()), Err),
                b'E' => refused = Some(refusal(&body)),
                // Anything but "authenticated" would ask for a password.
                b'R' if body != [0; 4] => return Err(WireError::NotUnderstood),
                _ => {}
            }
        }
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>), WireError> {
        let mut head = [0; 5];
        self.0.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length))
            .ok()
            .and_then(|length| length.checked_sub(4))
            .filter(|length| *length <= MESSAGE_BYTES_MAX)
            .ok_or(WireError::NotUnderstood)?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

/// An error message is a row of fields, each a letter and a text that ends in a zero byte.
fn refusal(body: &[u8]) -> WireError {
    let field = |letter: u8| {
        body.split(|byte| *byte == 0)
            .find_map(|field| field.strip_prefix(&[letter]))
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .unwrap_or_default()
    };
    WireError::Refused { sqlstate: field(b'C'), message: field(b'M') }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_refusal_keeps_code_and_words() {
        let refused = refusal(b"SERROR\0C42P04\0Mdatabase \"x\" already exists\0\0");
        assert_eq!(refused.to_string(), "database \"x\" already exists (42P04)");
    }

    #[test]
    fn another_program_on_the_port_is_not_taken_for_a_server() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        });
        let opened = Session::open(port, "postgres");
        other.join().unwrap();
        assert!(matches!(opened, Err(WireError::NotUnderstood | WireError::Io(_))), "{opened:?}");
    }
}
