//! A worker inside the test, made of the product's own parts, with another interpreter: how an earlier
//! version of the program would have understood messages.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Ports;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::port::{Clock, Ids, Log};
use hip_commands::ports::Interpreter;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::cache::link_token_cache;
use hip_infra::config::{Config, Secrets};
use hip_infra::document_store::PgDocumentStore;
use hip_infra::http::gateway::HttpGateway;
use hip_infra::http::hiu::HttpHiu;
use hip_infra::http::otp_sender;
use hip_infra::postgres::eraser::PgEraser;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::patient_directory::PgPatientDirectory;
use hip_infra::postgres::queries::transfer_directory::PgTransferDirectory;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_infra::subscription::process_manager::ProcessManagerSubscriber;
use hip_infra::subscription::{Subscription, SubscriptionConfig};
use hip_infra::worker::outbox::{self, Outbox};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::World;

/// A provider of this world with the interpreter that is given, and its log.
///
/// # Panics
///
/// When the world is not whole.
pub async fn ports(world: &World, interpreter: Arc<dyn Interpreter>) -> (Ports, Arc<PgLog>) {
    let config = Config::read(&world.launch.config).expect("the world's configuration reads");
    let secrets = secrets(world);
    let pool = world.database.as_service(8).await;
    let write_pool = world.database.as_service(2).await;
    let kek = world.launch.data_dir().join("kek");
    let (key, _) = LocalKey::read_or_create(&kek).expect("there is a key file");
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
    let log = Arc::new(PgLog::start(pool.clone(), write_pool, Arc::clone(&vault)));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(RandomIds);
    let settings = config.gateway_settings(&secrets);
    let gateway = HttpGateway::new(settings, Arc::clone(&clock), Arc::clone(&ids));
    let gateway = Arc::new(gateway.expect("the gateway's client is made"));
    let hiu =
        HttpHiu::new(Arc::clone(&gateway), config.push.allow.clone(), config.push.pages_at_once);
    let link_tokens = link_token_cache::from_config(&config.link_tokens, None, Arc::clone(&clock));
    let shared: Arc<dyn Log> = log.clone();
    let eraser = PgEraser {
        pool: pool.clone(),
        vault: Arc::clone(&vault),
        documents: Arc::new(PgDocumentStore::new(pool.clone())),
        collections: vec![],
        journal: None,
        clock: Arc::clone(&clock),
    };
    let ports = Ports {
        log: Arc::clone(&shared),
        vault,
        eraser: Arc::new(eraser),
        gateway,
        hiu: Arc::new(hiu.expect("the HIUs' client is made")),
        directory: Arc::new(PgPatientDirectory::new(pool.clone())),
        transfers: Arc::new(PgTransferDirectory::new(pool)),
        link_tokens: link_tokens.expect("the cache in memory is made"),
        otp_sender: otp_sender::from_config(&config.sms, secrets.sms_token.clone())
            .expect("the sender is made"),
        consent_key: None,
        interpreter,
        clock,
        ids,
        dispatcher: Dispatcher::new(shared, None),
        settings: Arc::new(config.settings().expect("the settings are whole")),
        drafted_offers: None,
    };
    (ports, log)
}

fn secrets(world: &World) -> Secrets {
    Secrets {
        api_key: Some(world.launch.api_key.clone().into()),
        sms_token: Some("suite-sms-token".to_owned().into()),
        ..Secrets::new(world.launch.client_secret.clone().into())
    }
}

/// A worker that reacts to events and does what follows, until it is stopped.
pub struct EarlierVersion {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl EarlierVersion {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// When the world is not whole.
    pub async fn start(world: &World, interpreter: Arc<dyn Interpreter>) -> Self {
        let (ports, log) = ports(world, interpreter).await;
        let (stop, stopped) = watch::channel(false);
        let work = Arc::new(Notify::new());
        let pool = world.database.as_service(8).await;
        let (lease, interval) = (Duration::from_millis(600), Duration::from_millis(50));
        let reactions = Arc::new(ProcessManagerSubscriber::new(
            log.own_positions(),
            Arc::clone(&work),
            Arc::default(),
        ));
        let subscription = Subscription::new(
            log.clone(),
            pool.clone(),
            reactions,
            SubscriptionConfig { lease, poll: interval },
            Uuid::from_u128(1),
        );
        let config = outbox::WorkerConfig { concurrency: 4, lease, poll: interval };
        let outbox = Outbox::new(ports, &log, pool, config, work);
        let mut tasks = JoinSet::new();
        tasks.spawn(subscription.run(log.watch_head(), stopped.clone()));
        tasks.spawn(outbox.run(stopped));
        Self { stop, tasks }
    }

    /// Stops it, and waits until it has.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}
