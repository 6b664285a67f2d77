//! `[amrit]`: users who are logged in to AMRIT may call the routes of its user interface.

use hip_domain::id::FacilityId;
use serde::Deserialize;

use super::ConfigError;

/// `[amrit]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AmritSection {
    /// Prefix of the session keys in the Redis of `AMRIT_REDIS_URL`. The part after it is what the user
    /// interface sends.
    pub session_key_prefix: String,
    /// Session keys have no prefix. Then only 64 hex digits, the form of AMRIT's own session
    /// keys, are looked up.
    pub session_keys_without_prefix: bool,
    /// Facilities for which its users may call.
    pub facilities: Option<Vec<String>>,
}

impl AmritSection {
    /// Checks that callers cannot read other keys of that Redis.
    ///
    /// # Errors
    ///
    /// [`ConfigError::SessionKeyPrefix`].
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.session_key_prefix.is_empty() && !self.session_keys_without_prefix {
            return Err(ConfigError::SessionKeyPrefix);
        }
        Ok(())
    }

    pub(super) fn facilities(
        &self,
        served: Vec<FacilityId>,
    ) -> Result<Vec<FacilityId>, ConfigError> {
        let Some(named) = &self.facilities else {
            return Ok(if served.len() == 1 { served } else { vec![] });
        };
        let find = |name: &String| served.iter().find(|id| id.as_str() == name).cloned();
        named.iter().map(find).collect::<Option<_>>().ok_or(ConfigError::AmritFacility)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(text: &str) -> AmritSection {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_prefix_of_session_keys_is_needed_or_given_up_in_words() {
        assert!(matches!(section("").check(), Err(ConfigError::SessionKeyPrefix)));
        let empty = section("session_key_prefix = \"\"").check();
        assert!(matches!(empty, Err(ConfigError::SessionKeyPrefix)));
        section("session_key_prefix = \"session:\"").check().unwrap();
        section("session_keys_without_prefix = true").check().unwrap();
    }

    #[test]
    fn sessions_act_for_the_facilities_that_are_named_or_for_the_only_one() {
        let served = |ids: &[&str]| -> Vec<FacilityId> {
            ids.iter().map(|id| FacilityId::parse(*id).unwrap()).collect()
        };
        let of = |text: &str, ids: &[&str]| section(text).facilities(served(ids)).ok();
        assert_eq!(of("", &["IN1"]), Some(served(&["IN1"])));
        assert_eq!(of("", &["IN1", "IN2"]), Some(vec![]), "of several, none by default");
        assert_eq!(of("facilities = [\"IN2\"]", &["IN1", "IN2"]), Some(served(&["IN2"])));
        assert_eq!(of("facilities = []", &["IN1"]), Some(vec![]));
        assert_eq!(of("facilities = [\"IN3\"]", &["IN1", "IN2"]), None);
    }
}
