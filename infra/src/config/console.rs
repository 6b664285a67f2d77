//! `[console]`: the pages for people.

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::ConfigError;

/// `[console]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsoleSection {
    /// Whether there is a console.
    pub enabled: bool,
    /// The URL at which browsers see the console, behind a proxy. It is https, so its cookie is sent over https only.
    #[serde(deserialize_with = "web_url")]
    pub public_url: Option<Url>,
    /// Minutes without a page after which a session ends: 5 to 60.
    pub idle_min: u8,
}

impl ConsoleSection {
    /// A session ends after this time, whatever is done in it.
    pub const SESSION_MAX: TimeDelta = TimeDelta::hours(10);

    /// A session ends after this time without a page.
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.idle_min.into())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(5..=60).contains(&self.idle_min) {
            return Err(ConfigError::Console("idle_min must be from 5 to 60"));
        }
        Ok(())
    }
}

fn web_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let url = Url::parse(&String::deserialize(deserializer)?).ok();
    let url = url.filter(|url| url.scheme() == "https" && url.has_host());
    url.map(Some).ok_or_else(|| de::Error::custom("public_url must begin with https://"))
}

impl Default for ConsoleSection {
    fn default() -> Self {
        Self { enabled: true, public_url: None, idle_min: 20 }
    }
}
