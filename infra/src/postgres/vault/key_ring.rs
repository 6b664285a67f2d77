//! The key-encryption keys of a process: the current one that wraps, and older ones that only unwrap.

use async_trait::async_trait;
use hip_commands::port::vault::VaultError;
use zeroize::Zeroizing;

use super::envelope::SubjectKey;
use super::key_wrapper::{KeyWrapper, LocalKey};

/// One key that wraps, and older ones that only unwrap.
pub struct KeyRing {
    current: LocalKey,
    older: Vec<LocalKey>,
}

impl KeyRing {
    /// Builds a ring. An older key equal to the current one counts once.
    pub fn new(current: LocalKey, older: Vec<LocalKey>) -> Self {
        let mut ring = Self { current, older: vec![] };
        for key in older {
            if !ring.has(key.kek_id()) {
                ring.older.push(key);
            }
        }
        ring
    }

    /// The ids of the older keys.
    pub fn older_ids(&self) -> Vec<&str> {
        self.older.iter().map(KeyWrapper::kek_id).collect()
    }

    /// Derives a key for another purpose from each of them, with a label; the current one's first, each
    /// with the id of its source.
    pub fn derived(&self, label: &[u8]) -> Vec<(String, Zeroizing<[u8; 32]>)> {
        self.all().map(|key| (key.kek_id().to_owned(), key.derive(label))).collect()
    }

    fn all(&self) -> impl Iterator<Item = &LocalKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

#[async_trait]
impl KeyWrapper for KeyRing {
    fn kek_id(&self) -> &str {
        self.current.kek_id()
    }

    fn has(&self, kek_id: &str) -> bool {
        self.all().any(|key| key.kek_id() == kek_id)
    }

    fn kek_ids(&self) -> Vec<String> {
        self.all().map(|key| key.kek_id().to_owned()).collect()
    }

    async fn wrap(&self, name: &[u8], key: &SubjectKey) -> Result<Vec<u8>, VaultError> {
        self.current.wrap(name, key).await
    }

    /// A key without an id is tried with each: only the right one opens it.
    async fn unwrap(
        &self,
        name: &[u8],
        wrapped: &[u8],
        kek_id: &str,
    ) -> Result<SubjectKey, VaultError> {
        for key in self.all() {
            if kek_id.is_empty() {
                if let Ok(unwrapped) = key.unwrap(name, wrapped, key.kek_id()).await {
                    return Ok(unwrapped);
                }
            } else if kek_id == key.kek_id() {
                return key.unwrap(name, wrapped, kek_id).await;
            }
        }
        Err(VaultError::OtherKek(kek_id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn older_keys_unwrap_and_only_the_current_key_wraps() {
        let (old, new) = ([1; 32], [2; 32]);
        let key = SubjectKey::random();
        let wrapped = LocalKey::from_bytes(old).wrap(b"one", &key).await.unwrap();
        let old_id = LocalKey::from_bytes(old).kek_id().to_owned();
        let ring = KeyRing::new(
            LocalKey::from_bytes(new),
            vec![LocalKey::from_bytes(old), LocalKey::from_bytes(new)],
        );
        assert_eq!(ring.older_ids(), [&old_id]);
        // With its id, and without one.
        for id in [old_id.as_str(), ""] {
            let unwrapped = ring.unwrap(b"one", &wrapped, id).await.unwrap();
            assert_eq!(unwrapped.as_bytes(), key.as_bytes());
        }
        assert!(ring.unwrap(b"one", &wrapped, ring.kek_id()).await.is_err());
        assert!(ring.unwrap(b"two", &wrapped, "").await.is_err());
        let again = ring.wrap(b"one", &key).await.unwrap();
        assert!(LocalKey::from_bytes(new).unwrap(b"one", &again, ring.kek_id()).await.is_ok());
    }

    #[test]
    fn a_derived_key_tells_nothing_of_another() {
        let ring = KeyRing::new(LocalKey::from_bytes([1; 32]), vec![LocalKey::from_bytes([2; 32])]);
        let [one, other] = [ring.derived(b"one"), ring.derived(b"other")];
        let keys: std::collections::BTreeSet<[u8; 32]> =
            one.iter().chain(&other).map(|(_, key)| **key).collect();
        assert_eq!(keys.len(), 4);
        assert!(!keys.contains(&[1; 32]) && !keys.contains(&[2; 32]));
    }
}
