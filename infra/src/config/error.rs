//! Why there is no configuration.

use std::path::PathBuf;

use abdm_fhir::CodeTableError;
use abdm_fhir::rules::LoadError;
use hip_commands::port::document_store::CollectionName;
use hip_domain::id::{FacilityId, InvalidId};
use thiserror::Error;

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the file {path} cannot be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file has another shape.
    #[error("the configuration does not have the right form")]
    Form(#[from] toml::de::Error),
    /// A facility id is none.
    #[error("facility {name}: the id {source}")]
    Facility {
        /// Its name.
        name: String,
        /// What an id looks like.
        source: InvalidId,
    },
    /// Two facilities cannot be told apart.
    #[error("[[facility]]: two facilities have the id {0}")]
    FacilityTwice(FacilityId),
    /// A client cannot be what it says.
    #[error("[[client]] {name}: {why}")]
    Client {
        /// Its name, as written.
        name: String,
        /// What is wrong, and what to do.
        why: &'static str,
    },
    /// Nobody could push a visit.
    #[error("there is nobody who may call: set HIP_API_KEY, or configure a [[client]]")]
    NoClient,
    /// Who calls could be found out by trying.
    #[error(
        "HIP_API_KEY is too short: a key has at least 32 characters, of which 12 differ (8 of hex digits); \
         `hip key new` makes one of 32 random bytes"
    )]
    WeakApiKey,
    /// A caller could have any key of AMRIT's Redis read.
    #[error(
        "[amrit] needs session_key_prefix, what the keys of sessions begin with in the Redis of \
         AMRIT_REDIS_URL; when AMRIT writes them without one, set session_keys_without_prefix = true"
    )]
    SessionKeyPrefix,
    /// Whoever is logged in to AMRIT would act for somebody else's facility.
    #[error("[amrit]: each of its facilities needs a [[facility]]")]
    AmritFacility,
    /// An HIU's id is none.
    #[error("[[hiu]]: the id {0}")]
    Hiu(#[source] InvalidId),
    /// The table of codes cannot be used.
    #[error("the table of codes {path}: {source}")]
    Codes {
        /// Which.
        path: PathBuf,
        /// Where in it, and why.
        source: CodeTableError,
    },
    /// The rules of the guide cannot be used.
    #[error(
        "the rules {path}: {source}; compile the guide again with this version: `hip ig compile`"
    )]
    Rules {
        /// Which.
        path: PathBuf,
        /// Why.
        source: LoadError,
    },
    /// The name of a collection is none.
    #[error("[documents]: {0}")]
    Collection(#[source] InvalidId),
    /// Two collections have one name.
    #[error("[documents]: two collections are called {0}")]
    CollectionTwice(CollectionName),
    /// The names of the sources of visits are of no use.
    #[error(
        "[[visit_source]]: names are lower-case letters, digits and '-', at most 32, each once"
    )]
    VisitSourceName,
    /// A source of visits would never come to an end.
    #[error("[[visit_source]]: batch and poll_s are at least 1")]
    VisitSourcePace,
    /// Documents in clear would lie beside the log, where everything is sealed.
    #[error(
        "[documents] preset \"amrit\" needs MONGODB_URL: its documents are in clear, and without a MongoDB they \
         would lie so in the database of the log"
    )]
    ClearInPostgres,
    /// Answers would be kept for no time, or for ever.
    #[error("[rest]: idempotency_hours is from 1 to 720")]
    RestHours,
    /// Whoever names a push address would be shown our session token.
    #[error(
        "[push] bearer \"always\" shows the session token to whoever names a push address, and is refused \
         where HIP_ENV is production: set \"trusted\", and trust HIUs one by one with `hip hiu trust`"
    )]
    BearerForAll,
    /// No one-time password could ever be sent, or taken.
    #[error("[otp]: per_hour_max and wrong_max are at least 1")]
    Otp,
    /// There is no facility.
    #[error("no [[facility]] is configured: there is nobody to serve")]
    NoFacility,
}
