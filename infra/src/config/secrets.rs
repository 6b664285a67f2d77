//! Secrets, which must not be in a file.

use secrecy::SecretString;

/// Secrets. They come from the environment, never from the file, and are never printed.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// `HIP_CLIENT_SECRET`: the bridge's secret.
    pub client_secret: SecretString,
    /// `HIP_API_KEY`: key of a client with every role for every facility.
    pub api_key: Option<SecretString>,
    /// `HIP_KEK`: the key-encryption key, 32 bytes in base64; else `keys.file`.
    pub kek: Option<SecretString>,
    /// `HIP_KEK_OLDER`: older key-encryption keys, beside those of `keys.older_files`.
    pub older_keks: Vec<SecretString>,
    /// `HIP_SEAL_KEY`: the key that signs seals, PKCS#8 in PEM; else `seals.key_file`.
    pub seal_key: Option<SecretString>,
    /// `HIP_SMS_TOKEN`: bearer token for the sender of text messages.
    pub sms_token: Option<SecretString>,
    /// `MONGODB_URL`: database of the documents, if not the database of the log.
    pub mongodb_url: Option<SecretString>,
    /// `REDIS_URL`: cache of link tokens for several processes.
    pub redis_url: Option<SecretString>,
    /// `AMRIT_REDIS_URL`: the Redis with AMRIT's sessions.
    pub amrit_redis_url: Option<SecretString>,
}

impl Secrets {
    /// Only the required secret; all others are unset.
    pub const fn new(client_secret: SecretString) -> Self {
        Self {
            client_secret,
            api_key: None,
            kek: None,
            older_keks: vec![],
            seal_key: None,
            sms_token: None,
            mongodb_url: None,
            redis_url: None,
            amrit_redis_url: None,
        }
    }
}
