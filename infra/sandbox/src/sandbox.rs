//! The simulator's public entry point, for tests and the command line.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::faults::Faults;
use crate::gateway::callbacks;
use crate::gateway::keys::{Keys, KeysError};
use crate::gateway::register::AbhaHolder;
use crate::hiu::Hiu;
use crate::journal::Journal;
use crate::phr::Phr;
use crate::run::credentials::Credentials;
use crate::run::draw::Draw;
use crate::run::options::SandboxOptions;
use crate::run::tick::Tick;
use crate::server;
use crate::sms::Sms;
use crate::state::State;
use crate::wire::bearer::GatewayBearer;
use crate::wire::callback::Callback;
use crate::wire::operation::{GATEWAY_BASE, PUSH_PATH, SMS_PATH, V05_BASE};
use crate::wire::peer::Peer;
use crate::wire::violation::Violation;
use crate::world::World;

/// How long the simulator waits for open connections when it stops.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The simulator could not listen on a port.
    #[error("cannot listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The I/O error.
        source: std::io::Error,
    },
    /// The RSA keys could not be read, generated or stored.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The HTTP client for callbacks could not be built.
    #[error("cannot build the HTTP client")]
    Client(#[source] reqwest::Error),
    /// The thread that generates the keys panicked.
    #[error("cannot make keys")]
    Thread(#[from] tokio::task::JoinError),
}

/// A running simulator with three local ports: gateway (with consent manager and PHR app), HIU and SMS service.
///
/// Dropping it stops it. [`Sandbox::stop`] also waits until the servers have ended.
pub struct Sandbox {
    pub(crate) world: Arc<World>,
    servers: Mutex<Vec<JoinHandle<()>>>,
}

impl Sandbox {
    /// Opens the ports, generates or loads the keys, and starts the servers.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub async fn start(options: SandboxOptions) -> Result<Self, StartError> {
        // Another part of the process may have installed a provider already. Any provider is suitable.
        rustls::crypto::ring::default_provider().install_default().ok();
        let gateway = listen(SocketAddr::new(options.bind, options.gateway_port)).await?;
        let hiu = listen(SocketAddr::new(options.bind, options.hiu_port)).await?;
        let sms = listen(SocketAddr::new(options.bind, options.sms_port)).await?;
        let state_dir = options.state_dir.clone();
        let (keys, run) =
            tokio::task::spawn_blocking(move || Keys::for_run(state_dir.as_deref())).await??;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(options.callback_timeout)
            .build()
            .map_err(StartError::Client)?;
        let tick = Arc::new(Tick::new());
        let world = Arc::new(World {
            credentials: Credentials::from_seed(options.seed),
            draw: Draw::new(options.seed, run),
            keys,
            journal: Journal::new(Arc::clone(&tick)),
            faults: Faults::new(Arc::clone(&tick)),
            tick,
            stopping: watch::Sender::new(false),
            http,
            gateway_bearer: GatewayBearer::default(),
            gateway_address: gateway.1,
            hiu_address: hiu.1,
            sms_address: sms.1,
            state: Mutex::new(State::default()),
            options,
        });
        let servers = vec![
            server::serve(Arc::clone(&world), Peer::Gateway, gateway.0),
            server::serve(Arc::clone(&world), Peer::Hiu, hiu.0),
            server::serve(Arc::clone(&world), Peer::Sms, sms.0),
        ];
        Ok(Self { world, servers: Mutex::new(servers) })
    }

    /// Base URL of the gateway in v3, to which the paths of the contract are appended.
    pub fn gateway_url(&self) -> String {
        format!("http://{}{GATEWAY_BASE}", self.world.gateway_address)
    }

    /// Base URL of the gateway in v0.5, to which `/v0.5/…` is appended.
    pub fn v05_url(&self) -> String {
        format!("http://{}{V05_BASE}", self.world.gateway_address)
    }

    /// The `dataPushUrl` of the HIU.
    pub fn hiu_push_url(&self) -> String {
        format!("http://{}{PUSH_PATH}", self.world.hiu_address)
    }

    /// The URL for text messages: `POST {"to": "<10 digits>", "text": "<words>"}` with any bearer token.
    pub fn sms_url(&self) -> String {
        format!("http://{}{SMS_PATH}", self.world.sms_address)
    }

    /// The client id and secret with which a HIP opens a session.
    pub fn credentials(&self) -> Credentials {
        self.world.credentials.clone()
    }

    /// Registers a facility: `bridge-services` lists it with the type HIP, and `X-HIP-ID` accepts its id.
    pub fn register_facility(&self, service_id: &str, name: &str) {
        self.world.change(|state| state.register.add_facility(service_id, name));
    }

    /// Registers an ABHA holder. Replaces an existing holder with the same ABHA address.
    pub fn register_abha(&self, holder: AbhaHolder) {
        self.world.change(|state| state.register.add_holder(holder));
    }

    /// Sets the base URL for callbacks. `PATCH /gateway/v3/bridge/url` does the same.
    pub fn set_bridge_url(&self, url: &str) {
        self.world.change(|state| {
            state.bridge_url = Some(url.trim_end_matches('/').to_owned());
        });
    }

    /// The journal of all messages so far.
    pub fn journal(&self) -> &Journal {
        &self.world.journal
    }

    /// The faults with which a test holds, refuses or loses calls of the HIP.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// The PHR app, which acts for the patients.
    pub fn phr(&self) -> Phr {
        Phr::new(Arc::clone(&self.world))
    }

    /// The health information user.
    pub fn hiu(&self) -> Hiu {
        Hiu::new(Arc::clone(&self.world))
    }

    /// The text messages that the HIP sent.
    pub fn sms(&self) -> Sms {
        Sms::new(Arc::clone(&self.world))
    }

    /// All violations of the contract so far; empty after a correct run.
    pub fn violations(&self) -> Vec<Violation> {
        self.world.look(|state| state.violations.clone())
    }

    /// Deletes the violations so far, for a test that caused them on purpose.
    pub fn forgive(&self) {
        self.world.change(|state| state.violations.clear());
    }

    /// Sends any callback, even an invalid one, with the gateway's headers. Returns its REQUEST-ID.
    ///
    /// It is delivered and redelivered like all callbacks.
    pub fn call_back(&self, facility: &str, path: &str, body: Value) -> String {
        let callback = Callback::new(&self.world.draw, facility, path, body);
        let request_id = callback.request_id.clone();
        callbacks::send(&self.world, callback);
        request_id
    }

    /// Stops the servers, releases held calls and drops callbacks that are not delivered yet.
    ///
    /// Held calls that were not processed get 503. Returns when the servers have ended. A server that does not
    /// end within 2 s is aborted.
    pub async fn stop(&self) {
        self.world.stopping.send_replace(true);
        let servers: Vec<_> = self.servers.lock().drain(..).collect();
        for mut server in servers {
            if tokio::time::timeout(STOP_GRACE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.world.stopping.send_replace(true);
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
