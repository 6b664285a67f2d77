//! `[otp]`: rate limits of one-time passwords.

use chrono::TimeDelta;
use hip_domain::otp_limit::OtpLimits;
use serde::Deserialize;

use super::ConfigError;

/// `[otp]`. Each limit applies to one patient, and to one telephone over all facilities of the service.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtpSection {
    /// Minimum seconds between the messages of two links.
    pub cooldown_s: u32,
    /// Maximum number of messages in an hour.
    pub per_hour_max: u32,
    /// Maximum number of wrong passwords in a row, over all links.
    pub wrong_max: u32,
    /// Minutes for which nothing is sent and no password is accepted after that many.
    pub lock_minutes: u32,
}

impl OtpSection {
    pub(super) fn limits(&self) -> OtpLimits {
        OtpLimits {
            cooldown: TimeDelta::seconds(self.cooldown_s.into()),
            per_hour_max: self.per_hour_max,
            wrong_max: self.wrong_max,
            lock: TimeDelta::minutes(self.lock_minutes.into()),
        }
    }

    pub(super) const fn check(&self) -> Result<(), ConfigError> {
        if self.per_hour_max == 0 || self.wrong_max == 0 { Err(ConfigError::Otp) } else { Ok(()) }
    }
}

impl Default for OtpSection {
    fn default() -> Self {
        Self { cooldown_s: 30, per_hour_max: 5, wrong_max: 5, lock_minutes: 30 }
    }
}
