//! Errors of the configuration.

use std::path::PathBuf;

use abdm_fhir::CodeTableError;
use abdm_fhir::rules::LoadError;
use hip_commands::port::document_store::CollectionName;
use hip_domain::id::{FacilityId, InvalidId};
use thiserror::Error;

/// An error of the configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the file {path} cannot be read")]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The file has an unexpected structure.
    #[error("the configuration does not have the right form")]
    Form(#[from] toml::de::Error),
    /// A facility id is invalid.
    #[error("facility {name}: the id {source}")]
    Facility {
        /// The id as written.
        name: String,
        /// What is wrong with the id.
        source: InvalidId,
    },
    /// Two facilities have the same id.
    #[error("[[facility]]: two facilities have the id {0}")]
    FacilityTwice(FacilityId),
    /// A client is configured wrongly.
    #[error("[[client]] {name}: {why}")]
    Client {
        /// Its name as written.
        name: String,
        /// What is wrong, and what to do.
        why: &'static str,
    },
    /// `[console]` is configured wrongly.
    #[error("[console]: {0}")]
    Console(&'static str),
    /// No client is configured, so no visit could be pushed.
    #[error("no client may call this service: set HIP_API_KEY, or configure a [[client]]")]
    NoClient,
    /// An API key is too short and could be guessed.
    #[error(
        "HIP_API_KEY is too short: a key has at least 32 characters, of which 12 differ (8 of hex digits); \
         `hip key new` makes one of 32 random bytes"
    )]
    WeakApiKey,
    /// Without a prefix a caller could have any key of AMRIT's Redis read.
    #[error(
        "[amrit] needs session_key_prefix, what the keys of sessions begin with in the Redis of \
         AMRIT_REDIS_URL; when AMRIT writes them without one, set session_keys_without_prefix = true"
    )]
    SessionKeyPrefix,
    /// A user of AMRIT could act for a facility that is not theirs.
    #[error("[amrit]: each of its facilities needs a [[facility]]")]
    AmritFacility,
    /// The id of an HIU is invalid.
    #[error("[[hiu]]: the id {0}")]
    Hiu(#[source] InvalidId),
    /// The table of codes is invalid.
    #[error("the table of codes {path}: {source}")]
    Codes {
        /// Path of the table.
        path: PathBuf,
        /// Line and reason.
        source: CodeTableError,
    },
    /// The rules of the guide cannot be loaded.
    #[error(
        "the rules {path}: {source}; compile the guide again with this version: `hip ig compile`"
    )]
    Rules {
        /// Path of the rules.
        path: PathBuf,
        /// Reason.
        source: LoadError,
    },
    /// The name of a collection is invalid.
    #[error("[documents]: {0}")]
    Collection(#[source] InvalidId),
    /// Two collections have the same name.
    #[error("[documents]: two collections are called {0}")]
    CollectionTwice(CollectionName),
    /// The names of the visit sources are invalid.
    #[error(
        "[[visit_source]]: names are lower-case letters, digits and '-', at most 32, each once"
    )]
    VisitSourceName,
    /// The pace of a visit source is invalid: it would never finish.
    #[error("[[visit_source]]: batch and poll_s are at least 1")]
    VisitSourcePace,
    /// Documents in clear would be stored in the database of the log, where all personal data is encrypted.
    #[error(
        "[documents] preset \"amrit\" needs MONGODB_URL: its documents are in clear, and without a MongoDB they \
         would lie so in the database of the log"
    )]
    ClearInPostgres,
    /// The time for which answers are kept is zero or too long.
    #[error("[rest]: idempotency_hours is from 1 to 720")]
    RestHours,
    /// The session token would be sent to any push address that an HIU names.
    #[error(
        "[push] bearer \"always\" sends the session token to every HIU that names a push address, and is refused \
         where HIP_ENV is production: set \"trusted\", and trust HIUs one by one with `hip hiu trust`"
    )]
    BearerForAll,
    /// With these limits no one-time password could be sent or accepted.
    #[error("[otp]: per_hour_max and wrong_max are at least 1")]
    Otp,
    /// No facility is configured.
    #[error("no [[facility]] is configured")]
    NoFacility,
}
