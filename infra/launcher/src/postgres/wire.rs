//! The part of PostgreSQL's protocol that a launcher needs: log in, and run one statement at a time.
//!
//! It is version 3.0 over the server's Unix socket, with a password (SCRAM). A driver would be the largest
//! part of this crate. The server's client programs are a package of their own and may be missing.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};

use super::password::Password;
use super::socket_dir::Socket;
use super::wire_error::WireError;

/// Protocol 3.0, as encoded in the start message.
const PROTOCOL_VERSION: u32 = 3 << 16;

/// Length limit of a message. The answers to our statements are far shorter.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Time limit of one read or write. Creating a database copies about 7 MB.
const IO_TIMEOUT: Duration = Duration::from_secs(30);

/// Steps of a login, with the numbers of the protocol.
const AUTHENTICATED: u32 = 0;
const SASL: u32 = 10;
const SASL_CONTINUE: u32 = 11;
const SASL_FINAL: u32 = 12;

/// Name of the user that owns every cluster.
pub(crate) const USER: &str = "hip";

/// The transport of a connection: a Unix socket, or TCP.
trait Stream: Read + Write + fmt::Debug {}

impl<S: Read + Write + fmt::Debug> Stream for S {}

/// A connection that the server has accepted.
#[derive(Debug)]
pub(crate) struct Session(Box<dyn Stream>);

impl Session {
    /// Connects to `database` over the server's socket. Succeeds when the server accepts statements.
    pub(crate) fn open(
        socket: &Socket,
        user: &str,
        password: &Password,
        database: &str,
    ) -> Result<Self, WireError> {
        let stream = UnixStream::connect(socket.file())?;
        stream.set_read_timeout(Some(IO_TIMEOUT))?;
        stream.set_write_timeout(Some(IO_TIMEOUT))?;
        Self::start(Box::new(stream), user, Some(password), database)
    }

    /// Connects to a server of an earlier version of this crate. Such a server accepts every local user
    /// over the loopback interface.
    pub(crate) fn open_without_password(port: u16) -> Result<Self, WireError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(IO_TIMEOUT))?;
        stream.set_write_timeout(Some(IO_TIMEOUT))?;
        Self::start(Box::new(stream), USER, None, "postgres")
    }

    fn start(
        stream: Box<dyn Stream>,
        user: &str,
        password: Option<&Password>,
        database: &str,
    ) -> Result<Self, WireError> {
        let mut body = PROTOCOL_VERSION.to_be_bytes().to_vec();
        for word in ["user", user, "database", database, "application_name", "hip-launcher", ""] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        let mut session = Self(stream);
        session.send(&[], &body)?;
        let login = password.map(|password| {
            ScramSha256::new(password.as_str().as_bytes(), ChannelBinding::unsupported())
        });
        session.until_ready(login)?;
        Ok(session)
    }

    /// Runs one statement. Ignores the rows of its result.
    pub(crate) fn execute(&mut self, statement: &str) -> Result<(), WireError> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.send(b"Q", &body)?;
        self.until_ready(None)
    }

    /// Sends a message: its type, the length of the body plus these four bytes, and the body.
    fn send(&mut self, kind: &[u8], body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4).map_err(|_| WireError::NotUnderstood)?;
        Ok(self.0.write_all(&[kind, &length.to_be_bytes(), body].concat())?)
    }

    /// Reads messages until the server waits for the next statement.
    fn until_ready(&mut self, mut login: Option<ScramSha256>) -> Result<(), WireError> {
        let mut refused = None;
        loop {
            let (kind, body) = match self.receive() {
                Ok(message) => message,
                // A server that starts or stops sends the reason and closes the connection.
                Err(error) => return Err(refused.unwrap_or(error)),
            };
            match kind {
                b'Z' => return refused.map_or(Ok(()), Err),
                b'E' => refused = Some(refusal(&body)),
                b'R' => self.authenticate(&body, login.as_mut())?,
                _ => {}
            }
        }
    }

    /// Handles one step of a login. The server also proves that it knows the password.
    fn authenticate(
        &mut self,
        body: &[u8],
        login: Option<&mut ScramSha256>,
    ) -> Result<(), WireError> {
        let (step, data) = body.split_first_chunk().ok_or(WireError::NotUnderstood)?;
        match (u32::from_be_bytes(*step), login) {
            (AUTHENTICATED, _) => Ok(()),
            (SASL, Some(login)) if offers_scram(data) => {
                let message = login.message();
                let length = u32::try_from(message.len()).map_err(|_| WireError::NotUnderstood)?;
                let name = [SCRAM_SHA_256.as_bytes(), &[0]].concat();
                let body = [&name, &length.to_be_bytes()[..], message].concat();
                self.send(b"p", &body)
            }
            (SASL_CONTINUE, Some(login)) => {
                login.update(data)?;
                let message = login.message().to_vec();
                self.send(b"p", &message)
            }
            (SASL_FINAL, Some(login)) => Ok(login.finish(data)?),
            // The server wants a password in another form, or one that we do not have.
            (_, _) => Err(WireError::NotUnderstood),
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

/// Whether the server offers SCRAM. The names of its mechanisms each end in a zero byte.
fn offers_scram(mechanisms: &[u8]) -> bool {
    mechanisms.split(|byte| *byte == 0).any(|name| name == SCRAM_SHA_256.as_bytes())
}

/// Parses an error message: a list of fields, each a letter and a text that ends in a zero byte.
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
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::thread;

    use super::*;

    fn socket_in(directory: &Path) -> Socket {
        Socket { directory: directory.to_owned(), port: 1 }
    }

    #[test]
    fn a_refusal_keeps_code_and_words() {
        let refused = refusal(b"SERROR\0C42P04\0Mdatabase \"x\" already exists\0\0");
        assert_eq!(refused.to_string(), "database \"x\" already exists (42P04)");
    }

    #[test]
    fn another_program_on_the_socket_is_not_taken_for_a_server() {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket_in(dir.path()).file()).unwrap();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        });
        let opened = Session::open(&socket_in(dir.path()), USER, &Password::random(), "postgres");
        other.join().unwrap();
        assert!(matches!(opened, Err(WireError::NotUnderstood | WireError::Io(_))), "{opened:?}");
    }

    /// A server that asks for the password in clear text is not ours.
    #[test]
    fn the_password_is_never_sent_in_clear() {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket_in(dir.path()).file()).unwrap();
        let other = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"R\0\0\0\x08\0\0\0\x03").unwrap(); // request for a password in clear text
            let mut sent = vec![];
            stream.read_to_end(&mut sent).unwrap();
            sent
        });
        let password = Password::random();
        let opened = Session::open(&socket_in(dir.path()), USER, &password, "postgres");
        assert!(matches!(opened, Err(WireError::NotUnderstood)), "{opened:?}");
        let sent = String::from_utf8_lossy(&other.join().unwrap()).into_owned();
        assert!(!sent.contains(password.as_str()));
    }
}
