//! The listener: limits on the number of connections and on their duration.
//!
//! A connection is closed if its headers are not complete in time, if it is idle too long, or if there are
//! too many. So a client that opens thousands of idle connections cannot block others
//! for long.

mod rest_of_body;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hip_infra::config::HttpSection;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use rest_of_body::DrainedBody;

use super::middleware::refused::Peer;

/// Maximum size of the headers of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Maximum number of headers of one request.
const HEADER_COUNT_MAX: usize = 100;

/// How long requests may still run after the process is told to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Pause after an error that does not concern a single connection, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is true, then finishes running requests.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HttpSection,
    mut stop: watch::Receiver<bool>,
) {
    let doors = Doors::new(&limits);
    let graceful = GracefulShutdown::new();
    loop {
        let entry = tokio::select! {
            entry = doors.next(&listener) => entry,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some((stream, place)) = entry else { continue };
        let peer = Peer(place.address);
        let router = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            DrainedBody::of(request)
        });
        let service = TowerToHyperService::new(router);
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(Some(limits.idle()));
        stream.set_write_timeout(Some(limits.idle()));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head())
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADER_COUNT_MAX)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // How a connection ends does not matter; its requests are logged.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, graceful.shutdown()).await;
}

/// Limits on connections.
struct Doors {
    room: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    per_address_max: usize,
}

/// The slot of one connection, released on drop.
struct Place {
    _room: OwnedSemaphorePermit,
    address: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Doors {
    fn new(limits: &HttpSection) -> Self {
        Self {
            room: Arc::new(Semaphore::new(limits.connections_max)),
            by_address: Arc::default(),
            per_address_max: limits.connections_per_address_max,
        }
    }

    /// The next connection with a free slot; `None` if it was closed at once.
    async fn next(&self, listener: &TcpListener) -> Option<(TcpStream, Place)> {
        let room = Arc::clone(&self.room).acquire_owned().await.ok()?;
        match listener.accept().await {
            Ok((stream, peer)) => {
                let place = self.place(room, peer)?;
                // Small responses are sent at once.
                let _ = stream.set_nodelay(true);
                Some((stream, place))
            }
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::error!(%error, "no connection can be accepted at the moment");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                None
            }
        }
    }

    fn place(&self, room: OwnedSemaphorePermit, peer: SocketAddr) -> Option<Place> {
        let address = peer.ip().to_canonical();
        let mut by_address = self.by_address.lock();
        let count = by_address.entry(address).or_insert(0);
        if *count >= self.per_address_max {
            tracing::warn!(%address, "a connection was closed: there are too many from this address");
            return None;
        }
        *count += 1;
        let by_address = Arc::clone(&self.by_address);
        Some(Place { _room: room, address, by_address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self.by_address.lock();
        if let Some(count) = by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
