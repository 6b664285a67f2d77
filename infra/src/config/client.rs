//! `[[client]]`: clients that may call, their roles and their facilities.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hip_commands::accountability::caller::{Caller, NAMES_OF_OURS, Role};
use hip_commands::settings::Facility;
use hip_domain::id::{ClientName, FacilityId};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::ConfigError;
use super::api_key::is_long_enough;

/// Client name of the holder of `HIP_API_KEY`.
const HOLDER_OF_THE_API_KEY: &str = "api-key";

/// `[[client]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSection {
    /// Name in logs and in the access log.
    pub name: String,
    /// Roles of the client.
    pub roles: Vec<RoleName>,
    /// Its facilities; an empty list means every facility of the service.
    #[serde(default)]
    pub facilities: Vec<String>,
    /// SHA-256 of its key in hex, as `hip key new` prints it. The digest is not a secret: such a
    /// key has 256 bits and cannot be guessed from it. A key that is too short is rejected when a request uses it.
    pub key_sha256: String,
}

/// The name of a role.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    /// A medical record system.
    Emr,
    /// Operates the service.
    Operator,
    /// Audits what was done.
    Auditor,
    /// The registration desk.
    Desk,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Emr => Self::Emr,
            RoleName::Operator => Self::Operator,
            RoleName::Auditor => Self::Auditor,
            RoleName::Desk => Self::Desk,
        }
    }
}

/// SHA-256 digest of a key.
type KeyDigest = [u8; 32];

/// All clients, by the digest of their key.
///
/// Digests are compared, not keys, so timing reveals nothing about a key.
#[derive(Debug, Clone)]
pub struct Clients(HashMap<KeyDigest, Arc<Caller>>);

/// The digest of a key in hex, in the form of `key_sha256`.
pub fn key_sha256(key: &str) -> String {
    hex::encode(key_digest(key))
}

fn key_digest(key: &str) -> KeyDigest {
    Sha256::digest(key).into()
}

impl Clients {
    pub(super) fn new(
        sections: &[ClientSection],
        served: &[Facility],
        api_key: Option<&SecretString>,
    ) -> Result<Self, ConfigError> {
        let mut clients = HashMap::new();
        if let Some(key) = api_key {
            if !is_long_enough(key.expose_secret()) {
                return Err(ConfigError::WeakApiKey);
            }
            let holder = Caller {
                name: ClientName::parse(HOLDER_OF_THE_API_KEY).expect("it has the form of a name"),
                roles: BTreeSet::from(Role::ALL),
                facilities: None,
            };
            clients.insert(key_digest(key.expose_secret()), Arc::new(holder));
        }
        let mut names = BTreeSet::from(NAMES_OF_OURS);
        names.insert(HOLDER_OF_THE_API_KEY);
        for section in sections {
            let wrong = |why| ConfigError::Client { name: section.name.clone(), why };
            if !names.insert(&section.name) {
                return Err(wrong("the name is taken; each client has its own"));
            }
            let digest = digest(&section.key_sha256)
                .ok_or_else(|| wrong("key_sha256 must be 64 hex digits; see `hip key new`"))?;
            let caller = caller(section, served).map_err(wrong)?;
            if clients.insert(digest, Arc::new(caller)).is_some() {
                return Err(wrong("its key is another client's, too; make one with `hip key new`"));
            }
        }
        if clients.is_empty() {
            return Err(ConfigError::NoClient);
        }
        Ok(Self(clients))
    }

    /// Returns the client with this name.
    pub fn named(&self, name: &str) -> Option<Arc<Caller>> {
        self.0.values().find(|caller| caller.name.as_str() == name).cloned()
    }

    /// Number of known keys.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the client with this key. A key that is too short is rejected even if a `[[client]]` has its digest:
    /// the digest does not show the length of the key.
    pub fn caller(&self, key: &str) -> Option<Arc<Caller>> {
        let caller = self.0.get(&key_digest(key)).cloned();
        caller.filter(|_| is_long_enough(key))
    }
}

fn digest(hex: &str) -> Option<KeyDigest> {
    hex::decode(hex).ok()?.try_into().ok()
}

fn caller(section: &ClientSection, served: &[Facility]) -> Result<Caller, &'static str> {
    let name = ClientName::parse(section.name.clone())
        .map_err(|_| "a name has at most 64 letters, digits, '-', '_' and '.'")?;
    if section.roles.is_empty() {
        return Err("without roles it may do nothing: emr, operator, auditor, desk");
    }
    let facilities = section
        .facilities
        .iter()
        .map(|id| {
            let named = FacilityId::parse(id.clone()).ok()?;
            let known = served.iter().find(|one| one.service_id == named || one.id == named);
            known.map(|facility| facility.id.clone())
        })
        .collect::<Option<Vec<_>>>()
        .ok_or("each of its facilities needs a [[facility]]")?;
    Ok(Caller {
        name,
        roles: section.roles.iter().copied().map(Role::from).collect(),
        facilities: Some(facilities).filter(|facilities| !facilities.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "hip_3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA";

    fn clients(sections: &str) -> Result<Clients, ConfigError> {
        let text = include_str!("../../../docs/hip.toml");
        let config = crate::config::Config::parse(&format!("{text}\n{sections}")).unwrap();
        Clients::new(&config.clients, &config.facilities()?, None)
    }

    fn section(name: &str, facility: &str, key: &str) -> String {
        let digest = key_sha256(key);
        format!(
            "[[client]]\nname = {name:?}\nroles = [\"emr\"]\nfacilities = [{facility:?}]\n\
             key_sha256 = {digest:?}\n"
        )
    }

    #[test]
    fn a_client_is_known_by_its_key_and_by_nothing_else() {
        let clients = clients(&section("phc", "IN0610099001", KEY)).unwrap();
        let caller = clients.caller(KEY).unwrap();
        assert_eq!(caller.name.as_str(), "phc");
        assert!(caller.is_one_of(&[Role::Emr, Role::Auditor]));
        assert!(!caller.is_one_of(&[Role::Operator]));
        assert!(caller.serves(&FacilityId::parse("IN0610099001").unwrap()));
        assert!(!caller.serves(&FacilityId::parse("IN0610099002").unwrap()));
        for other in ["", &format!("{KEY} "), &KEY.to_uppercase(), &key_sha256(KEY)] {
            assert!(clients.caller(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_key_that_is_too_short_opens_nothing() {
        let with_api_key = |key: &str| {
            let config = crate::config::Config::parse(include_str!("../../../docs/hip.toml"));
            let config = config.unwrap();
            Clients::new(&[], &config.facilities().unwrap(), Some(&SecretString::from(key)))
        };
        assert!(with_api_key(KEY).unwrap().caller(KEY).is_some());
        for weak in ["x", "", "made-up", &"a".repeat(64)] {
            let refused = with_api_key(weak).map(|_| ());
            assert!(matches!(refused, Err(ConfigError::WeakApiKey)), "{weak}: {refused:?}");
            let clients = clients(&section("phc", "IN0610099001", weak)).unwrap();
            assert!(clients.caller(weak).is_none(), "{weak}, by its digest");
        }
    }

    #[test]
    fn an_unsafe_client_is_refused() {
        let good = section("phc", "IN0610099001", "a");
        let is_refused = |text: &str| {
            matches!(clients(text), Err(ConfigError::Client { .. } | ConfigError::NoClient))
        };
        assert!(is_refused(""), "nobody may call");
        assert!(is_refused(&section("phc", "IN0610099009", "a")), "a facility that is not served");
        assert!(is_refused(&good.replace("[\"emr\"]", "[]")), "no role");
        assert!(is_refused(&format!("{good}{}", section("phc", "IN0610099001", "b"))), "one name");
        assert!(is_refused(&format!("{good}{}", section("two", "IN0610099001", "a"))), "one key");
        for ours in ["api-key", "amrit-session", "command-line"] {
            assert!(is_refused(&section(ours, "IN0610099001", "a")), "{ours}");
        }
        assert!(is_refused(&good.replace("key_sha256 = \"", "key_sha256 = \"0")), "no digest");
    }
}
