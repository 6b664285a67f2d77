//! The session token goes with a page only to HIUs that an operator trusts, and only over https.

use std::net::SocketAddr;
use std::sync::Arc;

use hip_sandbox::{ConsentRequest, Entry, Grant, HealthInformationRequest, KeyFormat, Operation};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The simulator's HIU.
const HIU: &str = "IN0610099900";

/// A world whose HIU is reached over https, at an address of its own.
struct Secured {
    world: World,
    _hip: HipProcess,
    push_url: String,
    host: String,
}

impl Secured {
    async fn start(sections: &str) -> Self {
        let certified = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let mut world = World::create_with(sections).await;
        world.launch.log_level = "trace";
        let push = world.sandbox.hiu_push_url();
        let (address, path) = push.trim_start_matches("http://").split_once('/').unwrap();
        let push_url = format!("https://{host}/{path}");
        let pem = world.launch.data_dir().join("hiu.pem");
        std::fs::write(&pem, certified.cert.pem()).unwrap();
        world.launch.environment.push(("SSL_CERT_FILE", pem.display().to_string()));
        let config = std::fs::read_to_string(&world.launch.config).unwrap();
        let allow = format!("allow = [{host:?}, ");
        std::fs::write(&world.launch.config, config.replacen("allow = [", &allow, 1)).unwrap();
        tokio::spawn(encrypted(listener, certified, address.parse().unwrap()));
        let hip = world.launch.start().await;
        world.push(&visit("3601", true)).await;
        world.until("visit.linked", 1).await;
        Self { world, _hip: hip, push_url, host }
    }

    /// A request whose pages go to `push_url`.
    async fn ask(&self, push_url: &str) -> String {
        let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
        let wish = self.world.sandbox.hiu().request_consent(wish);
        let consent = self.world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
        let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        request.patch = json!({ "hiRequest": { "dataPushUrl": push_url } });
        self.world.sandbox.hiu().request(request).await.unwrap()
    }

    fn pushes(&self) -> Vec<Arc<Entry>> {
        let entries = self.world.sandbox.journal().snapshot().into_iter();
        entries.filter(|entry| entry.operation == Some(Operation::Push)).collect()
    }

    async fn hiu(&self, arguments: &[&str]) -> String {
        let ran = self.world.hip(&[&["hiu"], arguments].concat()).await;
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    }
}

/// Takes the encryption off what arrives, and passes it on.
async fn encrypted(listener: TcpListener, certified: CertifiedKey<rcgen::KeyPair>, to: SocketAddr) {
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that closes the connection during the handshake gets no answer.
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut hiu = TcpStream::connect(to).await.unwrap();
            copy_bidirectional(&mut stream, &mut hiu).await.ok();
        });
    }
}

#[tokio::test]
async fn an_hiu_that_wants_our_session_gets_it_once_it_is_trusted() {
    let secured = Secured::start("").await;
    let world = &secured.world;
    world.sandbox.faults().always(Operation::Push, 401, Value::Null);
    let transaction = secured.ask(&secured.push_url).await;
    world.until("outbound.abandoned", 1).await;
    world.until_idle().await;
    assert!(secured.pushes().iter().all(|push| push.header("authorization").is_none()));
    let cure = format!("hip hiu trust {HIU} --host {}", secured.host);
    let dead = world.hip_json(&["callbacks", "dead", "--json", "--url", &world.launch.url]).await;
    assert!(dead.iter().any(|cause| cause.to_string().contains(&cure)), "{dead:#?}");

    world.sandbox.faults().clear();
    let refused = secured.pushes().len();
    secured.hiu(&["trust", HIU, "--host", &secured.host]).await;
    let delivered = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await;
    assert!(!delivered.unwrap().pages.is_empty());
    world.until("transfer.completed", 1).await;
    let bearers = secured.pushes().split_off(refused).into_iter();
    let bearers: Vec<_> =
        bearers.map(|push| push.header("authorization").map(str::to_owned)).collect();
    assert!(
        !bearers.is_empty()
            && bearers.iter().flatten().all(|bearer| bearer.starts_with("Bearer "))
            && bearers.iter().all(Option::is_some),
    );
    let token = bearers[0].as_deref().unwrap().trim_start_matches("Bearer ");
    assert!(!world.logged().contains(token), "a session token is in the log");
    assert!(secured.hiu(&["list"]).await.contains(&secured.host));

    // No longer trusted, it is shown nothing; under another host it never was.
    let secured = trusting_ends(secured).await;
    secured.hiu(&["trust", HIU, "--host", "hiu.example.org"]).await;
    let pushed = secured.pushes().len();
    let transaction = secured.ask(&secured.push_url).await;
    secured.world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    let shown = secured.pushes().split_off(pushed);
    assert!(!shown.is_empty() && shown.iter().all(|push| push.header("authorization").is_none()));
}

async fn trusting_ends(secured: Secured) -> Secured {
    secured.hiu(&["distrust", HIU]).await;
    assert_eq!(secured.hiu(&["list"]).await, "");
    let pushed = secured.pushes().len();
    let transaction = secured.ask(&secured.push_url).await;
    secured.world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    let shown = secured.pushes().split_off(pushed);
    assert!(!shown.is_empty() && shown.iter().all(|push| push.header("authorization").is_none()));
    secured
}

#[tokio::test]
async fn nobody_is_shown_our_session_without_encryption() {
    let secured = Secured::start("").await;
    let plain = secured.world.sandbox.hiu_push_url();
    let host = plain.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    secured.hiu(&["trust", HIU, "--host", &host]).await;
    let transaction = secured.ask(&plain).await;
    secured.world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert!(secured.pushes().iter().all(|push| push.header("authorization").is_none()));
}
