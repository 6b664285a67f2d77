//! Configuration: a TOML file, and secrets from the environment.

mod amrit;
mod api_key;
mod bundle;
mod client;
mod console;
pub mod environment;
mod erasure;
mod error;
mod http;
mod otp;
mod seals;
pub(crate) mod secret_file;
mod secrets;
mod section;
mod stores;
pub mod text_file;
mod throttle;
mod visit_source;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use hip_commands::settings::{Facility, HiuProfile, PushBearer, Settings};
use hip_domain::id::{FacilityId, HiuId};
use hip_domain::link_token::TokenLimits;
use serde::Deserialize;

pub use amrit::AmritSection;
pub use api_key::KEY_PREFIX;
pub(crate) use api_key::may_be_ours;
pub use bundle::{BundleSection, Discharge, read_rules};
pub use client::{ClientSection, Clients, key_sha256};
pub use console::ConsoleSection;
pub use erasure::{ErasureSection, KeptRecords, OptOut, RetentionSection};
pub use error::ConfigError;
pub use http::HttpSection;
pub use otp::OtpSection;
pub use seals::SealsSection;
pub use secrets::Secrets;
pub use section::{
    ConsentSection, DiscoverySection, FacilitySection, GatewaySection, HiuSection, KeysSection,
    LinkingSection, PushSection, RestSection, TransferSection, WorkerSection,
};
pub use stores::{CollectionNames, DocumentsSection, LinkTokensSection, Preset};
pub use throttle::ThrottleSection;
pub use visit_source::VisitSourceSection;

use crate::http::gateway::{BearerPolicy, GatewaySettings};
use crate::http::otp_sender::SmsSection;
use crate::postgres::queries::facility_ids::Renames;

/// The configuration file. Every section has defaults; see `docs/hip.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address on which HTTP is served.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Connection to the gateway.
    pub gateway: GatewaySection,
    /// The facilities that this process serves.
    #[serde(rename = "facility")]
    pub facilities: Vec<FacilitySection>,
    /// Clients that may call, besides the holder of `HIP_API_KEY`.
    #[serde(rename = "client", default)]
    pub clients: Vec<ClientSection>,
    /// Settings of single HIUs.
    #[serde(rename = "hiu", default)]
    pub hius: Vec<HiuSection>,
    /// How patients are matched in a discovery.
    #[serde(default)]
    pub discovery: DiscoverySection,
    /// How care contexts are linked.
    #[serde(default)]
    pub linking: LinkingSection,
    /// Time limits of transfers.
    #[serde(default)]
    pub transfer: TransferSection,
    /// Rate limits of one-time passwords.
    #[serde(default)]
    pub otp: OtpSection,
    /// The sender of text messages.
    #[serde(default)]
    pub sms: SmsSection,
    /// The key-encryption key, which wraps all data keys.
    #[serde(default)]
    pub keys: KeysSection,
    /// How documents are built.
    #[serde(default)]
    pub bundle: BundleSection,
    /// Data pushes to HIUs.
    #[serde(default)]
    pub push: PushSection,
    /// Names and shapes of stored documents, which other programs may read too.
    #[serde(default)]
    pub documents: DocumentsSection,
    /// Settings of the REST interface.
    #[serde(default)]
    pub rest: RestSection,
    /// The cache of link tokens.
    #[serde(default)]
    pub link_tokens: LinkTokensSection,
    /// Erasure of patients.
    #[serde(default)]
    pub erasure: ErasureSection,
    /// Retention classes: records that must not be erased before their time.
    #[serde(rename = "retention", default)]
    pub retention: Vec<RetentionSection>,
    /// Seals of the log.
    #[serde(default)]
    pub seals: SealsSection,
    /// Calls by users who are logged in to AMRIT.
    #[serde(default)]
    pub amrit: AmritSection,
    /// Limits on connections and request bodies.
    #[serde(default)]
    pub http: HttpSection,
    /// The pages for people.
    #[serde(default)]
    pub console: ConsoleSection,
    /// Throttling of callers with an unknown key.
    #[serde(default)]
    pub throttle: ThrottleSection,
    /// Requirements for consents.
    #[serde(default)]
    pub consent: ConsentSection,
    /// Workers: concurrency, leases and polling.
    #[serde(default)]
    pub worker: WorkerSection,
    /// Sources from which visits are fetched.
    #[serde(rename = "visit_source", default)]
    pub visit_sources: Vec<VisitSourceSection>,
    /// Corrected service ids, read from the log. Not part of the file.
    #[serde(skip)]
    pub renames: Renames,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

impl Config {
    /// Reads and parses a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = text_file::read_to_string(path)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Parses the text of a file.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)?;
        if config.facilities.is_empty() {
            return Err(ConfigError::NoFacility);
        }
        visit_source::check(&config.visit_sources)?;
        config.rest.check()?;
        config.console.check()?;
        config.otp.check()?;
        Ok(config)
    }

    /// Builds the list of clients that may call.
    pub fn clients(&self, secrets: &Secrets) -> Result<Clients, ConfigError> {
        Clients::new(&self.clients, &self.facilities()?, secrets.api_key.as_ref())
    }

    /// Facilities for which a user of AMRIT may call: those that are configured. Without a setting it is the
    /// only facility, and none if there are several.
    ///
    /// # Errors
    ///
    /// One of them is not served here.
    pub fn amrit_facilities(&self) -> Result<Vec<FacilityId>, ConfigError> {
        let served: Vec<FacilityId> =
            self.facilities()?.into_iter().map(|facility| facility.id).collect();
        self.amrit.facilities(served)
    }

    /// The settings that decisions need.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        if environment::is_production() && self.shows_session_to_all() {
            return Err(ConfigError::BearerForAll);
        }
        Ok(Settings {
            facilities: self.facilities()?,
            hius: self.hius()?,
            first_page_number: self.push.first_page_number,
            pages_at_once: self.push.pages_at_once.get().into(),
            push_bearer: self.push.bearer.into(),
            thresholds: self.discovery.thresholds(),
            token_limits: TokenLimits {
                duplicate_window: TimeDelta::seconds(self.linking.duplicate_window_s.into()),
                per_day_max: self.linking.tokens_per_day_max,
            },
            bundle: self.bundle.settings()?,
            erasure: erasure::policy(&self.erasure, &self.retention),
            otp: self.otp.limits(),
            sms_without_abha: self.linking.sms_without_abha,
            require_consent_signature: self
                .consent
                .require_signature
                .unwrap_or_else(environment::is_production),
            news_after_link: TimeDelta::seconds(self.linking.news_after_link_s.into()),
            consent_wait: TimeDelta::seconds(self.transfer.consent_wait_s.into()),
            transfer_time: TimeDelta::seconds(self.transfer.time_s.into()),
            callback_prefix: self.gateway.callback_prefix.trim_matches('/').to_owned(),
            bearer_lateness_s_max: self.gateway.lateness_s_max,
        })
    }

    /// Whether pages for some HIU carry our session token to any push address.
    pub fn shows_session_to_all(&self) -> bool {
        let own = self.hius.iter().filter_map(|hiu| hiu.bearer);
        own.chain([self.push.bearer]).any(|bearer| PushBearer::from(bearer) == PushBearer::Always)
    }

    fn facilities(&self) -> Result<Vec<Facility>, ConfigError> {
        let mut facilities: Vec<Facility> = Vec::new();
        let mut taken = BTreeSet::new();
        for section in &self.facilities {
            let mut facility = facility(section)?;
            self.renames.apply(&mut facility);
            let own: BTreeSet<_> = [&facility.id, &facility.service_id]
                .into_iter()
                .chain(&facility.hfr_id)
                // Stream names are in lower case.
                .map(|id| id.as_str().to_ascii_lowercase())
                .collect();
            if own.into_iter().any(|id| !taken.insert(id)) {
                return Err(ConfigError::FacilityTwice(facility.service_id));
            }
            facilities.push(facility);
        }
        Ok(facilities)
    }

    fn hius(&self) -> Result<Vec<HiuProfile>, ConfigError> {
        let profile = |section: &HiuSection| {
            let id = HiuId::parse(section.id.clone()).map_err(ConfigError::Hiu)?;
            Ok(HiuProfile {
                id,
                push_bearer: section.bearer.unwrap_or(self.push.bearer).into(),
                first_page_number: section.first_page_number.unwrap_or(self.push.first_page_number),
            })
        };
        self.hius.iter().map(profile).collect()
    }

    /// The settings that the gateway adapter needs.
    pub fn gateway_settings(&self, secrets: &Secrets) -> GatewaySettings {
        GatewaySettings {
            base_url: self.gateway.base_url.clone(),
            v05_base_url: self.gateway.v05_base_url(),
            cm_id: self.gateway.cm_id.clone(),
            client_id: self.gateway.client_id.clone(),
            client_secret: secrets.client_secret.clone(),
            bearer: BearerPolicy {
                audience: self.gateway.audience.clone(),
                issuers: self.gateway.issuers(),
                client: Some(self.gateway.callback_client.clone()).filter(|name| !name.is_empty()),
                claims: self.gateway.claims.clone(),
                late_kept_s_max: self.gateway.late_kept_s_max.max(self.gateway.lateness_s_max),
            },
            key_cache: self.gateway.key_cache.clone(),
            keys_trusted_for: TimeDelta::days(self.gateway.keys_trusted_days.into()),
        }
    }

    /// Duration of a lease.
    pub const fn lease(&self) -> Duration {
        Duration::from_millis(self.worker.lease_ms)
    }
}

fn facility(section: &FacilitySection) -> Result<Facility, ConfigError> {
    let parse = |id: &String| {
        FacilityId::parse(id.clone())
            .map_err(|source| ConfigError::Facility { name: section.name.clone(), source })
    };
    let service_id = parse(&section.id)?;
    Ok(Facility {
        id: service_id.clone(),
        service_id,
        former_ids: vec![],
        hfr_id: section.hfr_id.as_ref().map(parse).transpose()?,
        name: section.name.clone(),
        thresholds: section.discovery.as_ref().map(DiscoverySection::thresholds),
        sms_without_abha: section.sms_without_abha,
    })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn the_example_in_the_docs_is_read() {
        let config = Config::parse(include_str!("../../docs/hip.toml")).unwrap();
        assert_eq!(config.settings().unwrap().facilities.len(), 1);
        assert_eq!(config.documents.names().unwrap(), DocumentsSection::default().names().unwrap());
        assert_eq!(config.link_tokens.entries_max, LinkTokensSection::default().entries_max);
    }

    #[test]
    fn facilities_differ_in_what_they_say_and_in_nothing_else() {
        let text = include_str!("../../docs/hip.toml");
        let second = "[[facility]]\nid = \"IN0610099002_1\"\nhfr_id = \"IN0610099002\"\n\
                      name = \"PHC Other\"\nsms_without_abha = true\n\
                      discovery = { name_score_min = 95 }\n";
        let settings = Config::parse(&format!("{text}\n{second}")).unwrap().settings().unwrap();
        let id = |id: &str| FacilityId::parse(id).unwrap();
        let (first, other) = (id("IN0610099001"), id("IN0610099002_1"));
        assert_eq!(settings.facility_named(&id("IN0610099002")).unwrap().id, other);
        assert!(
            settings.facility(&id("IN0610099002")).is_none(),
            "the gateway routes by service id"
        );
        assert_eq!(settings.thresholds(&other).name_score_min, 95);
        assert_eq!(settings.thresholds(&first).name_score_min, 85);
        assert!(settings.sms_without_abha(&other) && !settings.sms_without_abha(&first));
        for twice in ["IN0610099001", "in0610099001"] {
            let second = format!("{text}\n[[facility]]\nid = {twice:?}\nname = \"PHC\"\n");
            let settings = Config::parse(&second).unwrap().settings();
            assert!(matches!(settings, Err(ConfigError::FacilityTwice(_))), "{twice}");
        }
    }

    #[test]
    fn a_misspelt_setting_is_an_error_and_not_a_default() {
        let text = include_str!("../../docs/hip.toml").replace("listen =", "lisen =");
        assert!(matches!(Config::parse(&text), Err(ConfigError::Form(_))));
    }

    #[test]
    fn the_example_of_a_source_in_the_docs_is_read() {
        let text = include_str!("../../docs/hip.toml");
        let (_, example) = text.split_once("# [[visit_source]]").unwrap();
        let example: String =
            example.lines().map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
        let config = Config::parse(&format!("{text}\n[[visit_source]]{example}")).unwrap();
        assert_eq!(config.visit_sources[0].table(false), "db_iemr.ndhm_trg_visitdata");
    }

    #[test]
    fn sources_of_visits_have_names_of_their_own() {
        let text = include_str!("../../docs/hip.toml");
        let source = |name: &str| {
            format!(
                "[[visit_source]]\nname = {name:?}\nvisit_url = \"https://a.example/{{visitCode}}\"\n"
            )
        };
        let parse = |sources: &[&str]| {
            let sources: String = sources.iter().map(|name| source(name)).collect();
            Config::parse(&format!("{text}\n{sources}"))
        };
        let config = parse(&["amrit", "amrit-2"]).unwrap();
        assert_eq!(config.visit_sources[1].variable_suffix(), "AMRIT_2");
        assert_eq!(config.visit_sources[0].lookback(), None);
        for bad in [["amrit", "amrit"], ["amrit", "AMRIT"], ["amrit", ""]] {
            assert!(matches!(parse(&bad), Err(ConfigError::VisitSourceName)), "{bad:?}");
        }
    }

    #[test]
    fn claims_of_a_bearer_are_configurable() {
        let text = include_str!("../../docs/hip.toml")
            .replace("# [gateway.claims]", "[gateway.claims]")
            .replace("# clientId", "clientId")
            .replace("late_kept_s_max = 86400", "late_kept_s_max = 60");
        let config = Config::parse(&text).unwrap();
        let secrets = Secrets::new(SecretString::from("made-up"));
        let policy = config.gateway_settings(&secrets).bearer;
        assert_eq!(policy.claims.get("clientId").map(String::as_str), Some("gateway"));
        assert_eq!(policy.late_kept_s_max, 900, "what is acted upon is kept, too");
    }
}
