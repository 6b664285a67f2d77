//! Between the service and its database: a TCP proxy that can fall silent. Then it still takes what is sent, and
//! nothing comes back and nothing is closed, as when a firewall forgets a connection or a host loses power.

use std::io;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy in front of a database.
pub struct Proxy {
    /// The database behind it, through it.
    pub url: String,
    silence: watch::Sender<watch::Sender<bool>>,
    silent: Mutex<Vec<watch::Sender<bool>>>,
    server: watch::Sender<String>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one in front of the database at this URL.
    ///
    /// # Panics
    ///
    /// When the URL names no host and port, or no port is free.
    pub async fn before(database_url: &str) -> Self {
        let (login, _) = database_url.split_once('@').expect("the URL names a user");
        let (server, database) = place(database_url);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket has an address");
        let url = format!("{login}@{address}/{database}");
        let silence = watch::Sender::new(watch::Sender::new(false));
        let server = watch::Sender::new(server.to_owned());
        let accepting = tokio::spawn(accept(listener, server.subscribe(), silence.subscribe()));
        Self { url, silence, silent: Mutex::default(), server, accepting }
    }

    /// New connections go to the server of this URL.
    pub fn redirect(&self, database_url: &str) {
        self.server.send_replace(place(database_url).0.to_owned());
    }

    /// The connections that there are fall silent; new ones work.
    pub fn silence_existing(&self) {
        self.next(false);
    }

    /// All connections fall silent, those that come from now on too.
    pub fn silence_all(&self) {
        self.next(true);
    }

    fn next(&self, is_silent: bool) {
        let before = self.silence.send_replace(watch::Sender::new(is_silent));
        before.send_replace(true);
        // Kept: a connection whose switch is gone would end.
        self.silent.lock().expect("nobody panics while holding it").push(before);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Host and port, and what follows.
fn place(database_url: &str) -> (&str, &str) {
    let (_, rest) = database_url.split_once('@').expect("the URL names a user");
    rest.split_once('/').expect("the URL names a database")
}

async fn accept(
    listener: TcpListener,
    server: watch::Receiver<String>,
    silence: watch::Receiver<watch::Sender<bool>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let is_silent = silence.borrow().subscribe();
        let server = server.borrow().clone();
        tokio::spawn(connect(client, server, is_silent));
    }
}

async fn connect(
    client: TcpStream,
    server: String,
    is_silent: watch::Receiver<bool>,
) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, is_silent.clone());
    let back = pump(from_server, to_client, is_silent);
    let _ = tokio::join!(there, back);
    Ok(())
}

/// Hands on what is read. Once silent, it reads on and hands on nothing; nor does it tell that a side has closed.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    is_silent: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        let is_silent = *is_silent.borrow();
        match (count, is_silent) {
            (0, true) => std::future::pending().await,
            (0, false) => return to.shutdown().await,
            (_, true) => {}
            (_, false) => to.write_all(&buffer[..count]).await?,
        }
    }
}
