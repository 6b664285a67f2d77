//! For a program that needs no key: what it writes is not personal.

use async_trait::async_trait;
use hip_commands::port::vault::VaultError;

use super::envelope::SubjectKey;
use super::key_wrapper::KeyWrapper;

/// Cannot wrap or unwrap.
pub struct NoKey;

#[async_trait]
impl KeyWrapper for NoKey {
    fn kek_id(&self) -> &'static str {
        "none"
    }

    fn has(&self, _kek_id: &str) -> bool {
        false
    }

    fn kek_ids(&self) -> Vec<String> {
        vec![]
    }

    async fn wrap(&self, _name: &[u8], _key: &SubjectKey) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Unavailable("this command has no key-encryption key".into()))
    }

    async fn unwrap(
        &self,
        _name: &[u8],
        _wrapped: &[u8],
        kek_id: &str,
    ) -> Result<SubjectKey, VaultError> {
        Err(VaultError::OtherKek(kek_id.to_owned()))
    }
}
