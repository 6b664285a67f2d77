//! A TCP proxy that can become silent, to test lost connections.
//!
//! A silent proxy still accepts data, but returns nothing and closes no connection. A firewall that drops a
//! connection, or a host that loses power, has the same effect.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy in front of one or several servers. Each new connection goes to the next server that accepts it.
pub struct Proxy {
    /// The local address on which the proxy listens.
    pub address: SocketAddr,
    silence: watch::Sender<watch::Sender<bool>>,
    silent: Mutex<Vec<watch::Sender<bool>>>,
    servers: watch::Sender<Vec<String>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy in front of the servers at these URLs.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free.
    ///
    /// # Panics
    ///
    /// Panics if a URL has no scheme.
    pub async fn before(urls: &[&str]) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let silence = watch::Sender::new(watch::Sender::new(false));
        let servers = watch::Sender::new(places(urls));
        let accepting = tokio::spawn(accept(listener, servers.subscribe(), silence.subscribe()));
        Ok(Self { address, silence, silent: Mutex::default(), servers, accepting })
    }

    /// The same URL, with host and port of the proxy.
    ///
    /// # Panics
    ///
    /// Panics if the URL has no scheme.
    pub fn through(&self, url: &str) -> String {
        url.replacen(place(url), &self.address.to_string(), 1)
    }

    /// Sends new connections to the servers of these URLs.
    ///
    /// # Panics
    ///
    /// Panics if a URL has no scheme.
    pub fn redirect(&self, urls: &[&str]) {
        self.servers.send_replace(places(urls));
    }

    /// Silences the existing connections; new ones work.
    pub fn silence_existing(&self) {
        self.next(false);
    }

    /// Silences all connections, also new ones.
    pub fn silence_all(&self) {
        self.next(true);
    }

    fn next(&self, is_silent: bool) {
        let before = self.silence.send_replace(watch::Sender::new(is_silent));
        before.send_replace(true);
        // The existing connections belong to the previous sender, so it is kept.
        self.silent.lock().push(before);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn places(urls: &[&str]) -> Vec<String> {
    urls.iter().map(|url| place(url).to_owned()).collect()
}

/// Host and port of a URL.
fn place(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("the URL names a scheme");
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, place)| place)
}

async fn accept(
    listener: TcpListener,
    servers: watch::Receiver<Vec<String>>,
    silence: watch::Receiver<watch::Sender<bool>>,
) {
    let turn = AtomicUsize::new(0);
    while let Ok((client, _)) = listener.accept().await {
        let is_silent = silence.borrow().subscribe();
        let mut servers = servers.borrow().clone();
        let first = turn.fetch_add(1, Ordering::Relaxed) % servers.len().max(1);
        servers.rotate_left(first);
        tokio::spawn(connect(client, servers, is_silent));
    }
}

async fn connect(
    client: TcpStream,
    servers: Vec<String>,
    is_silent: watch::Receiver<bool>,
) -> io::Result<()> {
    let server = first_to_take(&servers).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, is_silent.clone());
    let back = pump(from_server, to_client, is_silent);
    let _ = tokio::join!(there, back);
    Ok(())
}

async fn first_to_take(servers: &[String]) -> io::Result<TcpStream> {
    for server in servers {
        if let Ok(connection) = TcpStream::connect(server).await {
            return Ok(connection);
        }
    }
    Err(io::ErrorKind::ConnectionRefused.into())
}

/// Forwards data. When it is silent, it still reads, but forwards neither data nor the end of the connection.
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
