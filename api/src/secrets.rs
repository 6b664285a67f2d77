//! Secrets from the environment.

use anyhow::Context;
use hip_infra::config::Secrets;
use secrecy::{ExposeSecret, SecretString};

pub(crate) fn secrets_from_env() -> anyhow::Result<Secrets> {
    let secret = |name: &str| std::env::var(name).ok().map(SecretString::from);
    let required = |name: &'static str| {
        secret(name).with_context(|| format!("{name} is not set in the environment"))
    };
    Ok(Secrets {
        client_secret: required("HIP_CLIENT_SECRET")?,
        api_key: set_in_env("HIP_API_KEY"),
        kek: secret("HIP_KEK"),
        older_keks: older_keks_from_env(),
        seal_key: secret("HIP_SEAL_KEY"),
        sms_token: secret("HIP_SMS_TOKEN"),
        mongodb_url: set_in_env("MONGODB_URL"),
        redis_url: set_in_env("REDIS_URL"),
        amrit_redis_url: set_in_env("AMRIT_REDIS_URL"),
    })
}

/// `HIP_KEK_OLDER`: keys separated by commas.
pub(crate) fn older_keks_from_env() -> Vec<SecretString> {
    let Some(given) = set_in_env("HIP_KEK_OLDER") else { return vec![] };
    given.expose_secret().split(',').map(|one| SecretString::from(one.trim())).collect()
}

/// A secret from the environment. An empty value counts as unset, as a compose file passes on variables that may be
/// unset.
pub(crate) fn set_in_env(name: &str) -> Option<SecretString> {
    let given = std::env::var(name).ok().filter(|value| !value.is_empty());
    given.map(SecretString::from)
}
