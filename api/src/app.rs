//! The one place where ports are bound to adapters.

mod sealer;
mod visit_sources;

pub(crate) use sealer::sealer;

use std::sync::Arc;

use hip_commands::Ports;
use hip_commands::inbox::callbacks::CurrentInterpreter;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::port::{Clock, ConsentKey, DocumentStore, Ids, Log};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::cache::amrit_sessions::AmritSessions;
use hip_infra::cache::link_token_cache;
use hip_infra::config::{Clients, Config, Secrets};
use hip_infra::document_store;
use hip_infra::health::readiness::Readiness;
use hip_infra::http::gateway::{HttpGateway, RsaConsentKey};
use hip_infra::http::hiu::HttpHiu;
use hip_infra::http::otp_sender;
use hip_infra::postgres::eraser::{Journal, JournalKeys, PgEraser};
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::queries::facility_ids::Renames;
use hip_infra::postgres::queries::patient_directory::PgPatientDirectory;
use hip_infra::postgres::queries::transfer_directory::PgTransferDirectory;
use hip_infra::postgres::vault::{KeyRing, PgVault, kek};
use hip_infra::postgres::{self, Session, TimelineGuard};
use hip_infra::worker::visit_jobs::Source;
use sqlx::PgPool;

use crate::http::middleware::refused::RefusedCallers;
use crate::room::Room;

/// All parts of a process.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) secrets: Secrets,
    pub(crate) clients: Clients,
    pub(crate) pool: PgPool,
    pub(crate) log: Arc<PgLog>,
    pub(crate) gateway: Arc<HttpGateway>,
    pub(crate) ports: Ports,
    pub(crate) vault: Arc<PgVault>,
    pub(crate) keks: Arc<KeyRing>,
    pub(crate) readiness: Readiness,
    /// Position of the newest event that this process stored, also on a lost server.
    pub(crate) seen: i64,
    /// The erasure journal, if configured.
    pub(crate) journal: Option<Journal>,
    pub(crate) documents: Arc<dyn DocumentStore>,
    pub(crate) visit_sources: Vec<Source>,
    /// Memory limit for request bodies.
    pub(crate) room: Arc<Room>,
    pub(crate) refused_callers: Arc<RefusedCallers>,
    /// AMRIT's sessions, if configured.
    pub(crate) amrit_sessions: Option<AmritSessions>,
}

/// Maximum number of connections for everything except appending.
const CONNECTION_COUNT_MAX: u32 = 24;

/// The writer uses one at a time; the second takes over when the first breaks.
const WRITER_CONNECTION_COUNT_MAX: u32 = 2;

pub(crate) async fn build_app(
    config: Config,
    secrets: Secrets,
    database_url: &str,
) -> anyhow::Result<App> {
    build_app_guarded(config, secrets, database_url, None).await
}

/// Builds the app; a guard rejects connections to a server with another history.
pub(crate) async fn build_app_guarded(
    mut config: Config,
    secrets: Secrets,
    database_url: &str,
    guard: Option<TimelineGuard>,
) -> anyhow::Result<App> {
    config.documents.check(secrets.mongodb_url.is_some())?;
    let session = Session { lease: config.lease(), guard };
    let connect = |count_max| postgres::connect_with(database_url, count_max, session.clone());
    let pool = connect(CONNECTION_COUNT_MAX).await?;
    let write_pool = connect(WRITER_CONNECTION_COUNT_MAX).await?;
    config.renames = Renames::read(&pool).await?;
    let keks = Arc::new(kek::open(&pool, &config.keys, &secrets).await?);
    let vault = Arc::new(PgVault::new(pool.clone(), keks.clone()));
    let log = Arc::new(PgLog::start(pool.clone(), write_pool, Arc::clone(&vault)));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(RandomIds);
    let clients = config.clients(&secrets)?;
    let settings = config.gateway_settings(&secrets);
    let gateway = HttpGateway::new(settings, Arc::clone(&clock), Arc::clone(&ids))?;
    let gateway = Arc::new(gateway);
    let hiu =
        HttpHiu::new(Arc::clone(&gateway), config.push.allow.clone(), config.push.pages_at_once)?;
    let documents = document_store::from_config(secrets.mongodb_url.as_ref(), pool.clone()).await?;
    let redis_url = secrets.redis_url.as_ref();
    let link_tokens =
        link_token_cache::from_config(&config.link_tokens, redis_url, Arc::clone(&clock))?;
    let journal = journal(&config, &keks);
    let eraser = eraser(&config, &pool, &vault, &documents, &clock, journal.clone())?;
    let amrit_sessions = amrit_sessions(&config, &secrets)?;
    let shared: Arc<dyn Log> = log.clone();
    let ports = Ports {
        log: Arc::clone(&shared),
        vault: vault.clone(),
        eraser: Arc::new(eraser),
        gateway: gateway.clone(),
        hiu: Arc::new(hiu),
        directory: Arc::new(PgPatientDirectory::new(pool.clone())),
        transfers: Arc::new(PgTransferDirectory::new(pool.clone())),
        link_tokens,
        otp_sender: otp_sender::from_config(&config.sms, secrets.sms_token.clone())?,
        consent_key: consent_key(&config)?,
        interpreter: Arc::new(CurrentInterpreter),
        clock,
        ids,
        // No cache: a request decides on a stream once. Tasks go on with what they read, so they have one.
        dispatcher: Dispatcher::new(shared, None),
        settings: Arc::new(config.settings()?),
        drafted_offers: None,
    };
    let readiness = Readiness::new(pool.clone(), Arc::clone(&keks), log.writer_activity());
    let refused_callers = Arc::new(RefusedCallers::new(&config.throttle));
    let room = Arc::new(Room::new(config.http.bodies_mib_max));
    let visit_sources = visit_sources::all(&config.visit_sources, &pool)?;
    Ok(App {
        config,
        secrets,
        clients,
        pool,
        log,
        gateway,
        ports,
        vault,
        keks,
        readiness,
        seen: 0,
        journal,
        documents,
        visit_sources,
        room,
        refused_callers,
        amrit_sessions,
    })
}

/// AMRIT's sessions; `None` if not configured.
fn amrit_sessions(config: &Config, secrets: &Secrets) -> anyhow::Result<Option<AmritSessions>> {
    let Some(url) = &secrets.amrit_redis_url else { return Ok(None) };
    config.amrit.check()?;
    let facilities = config.amrit_facilities()?;
    if facilities.is_empty() {
        tracing::warn!(
            "sessions of AMRIT may act for no facility: several are served, and [amrit] facilities does not say which"
        );
    }
    Ok(Some(AmritSessions::new(url, &config.amrit, facilities)?))
}

fn consent_key(config: &Config) -> anyhow::Result<Option<Arc<dyn ConsentKey>>> {
    let Some(path) = &config.gateway.consent_key else { return Ok(None) };
    Ok(Some(Arc::new(RsaConsentKey::read(path)?)))
}

/// The erasure journal, if configured.
pub(crate) fn journal(config: &Config, keks: &KeyRing) -> Option<Journal> {
    let path = config.erasure.journal.clone()?;
    Some(Journal::new(path, JournalKeys::of(keks)))
}

fn eraser(
    config: &Config,
    pool: &PgPool,
    vault: &Arc<PgVault>,
    documents: &Arc<dyn DocumentStore>,
    clock: &Arc<dyn Clock>,
    journal: Option<Journal>,
) -> anyhow::Result<PgEraser> {
    let names = config.documents.names()?;
    Ok(PgEraser {
        pool: pool.clone(),
        vault: Arc::clone(vault),
        documents: Arc::clone(documents),
        collections: vec![
            ("link_token_responses", names.link_token_responses),
            ("patient_care_contexts", names.care_contexts),
            ("resource_documents", names.resources),
        ],
        journal,
        clock: Arc::clone(clock),
    })
}
