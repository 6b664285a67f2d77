//! AES-256-GCM with a subject's key, bound to the event.

use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hip_domain::id::SubjectId;
use hmac::{Hmac, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A 256-bit key. Wiped when the last copy is dropped.
#[derive(Clone)]
pub struct SubjectKey(Arc<Zeroizing<[u8; 32]>>);

/// What an envelope is bound to: it cannot be opened for another event.
pub struct EnvelopeContext<'a> {
    /// The event.
    pub event_id: Uuid,
    /// Stored name of the event.
    pub event_type: &'a str,
    /// Version of its schema.
    pub schema_version: i16,
    /// Its subject.
    pub subject: SubjectId,
}

impl EnvelopeContext<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(40 + self.event_type.len());
        bytes.extend_from_slice(self.event_id.as_bytes());
        bytes.extend_from_slice(self.subject.0.as_bytes());
        bytes.extend_from_slice(&self.schema_version.to_be_bytes());
        bytes.extend_from_slice(self.event_type.as_bytes());
        bytes
    }
}

impl SubjectKey {
    /// A new key from the operating system's generator.
    pub fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        fill_random(key.as_mut_slice());
        Self(Arc::new(key))
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts with a fresh random nonce. A subject has few events compared to the 2³² at which random nonces
    /// of one key become a risk.
    pub fn seal(&self, context: &EnvelopeContext<'_>, plain: &[u8]) -> ([u8; 12], Vec<u8>) {
        self.seal_bytes(&context.to_bytes(), plain)
    }

    /// Decrypts what was encrypted in the same context; otherwise `None`.
    pub fn open(
        &self,
        context: &EnvelopeContext<'_>,
        nonce: &[u8; 12],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open_bytes(&context.to_bytes(), nonce, sealed)
    }

    /// Encrypts a document with a nonce derived from it: the same document gives the same bytes, and
    /// two different ones share a nonce only if 96 bits of an HMAC under this key collide.
    pub(super) fn seal_document(&self, name: &str, plain: &[u8]) -> Vec<u8> {
        let aad = document_aad(name);
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.as_bytes())
            .expect("HMAC takes a key of any length");
        mac.update(b"nonce of a document\0");
        mac.update(&(aad.len() as u64).to_be_bytes());
        mac.update(&aad);
        mac.update(plain);
        let nonce: [u8; 12] = *mac.finalize().into_bytes().first_chunk().expect("32 bytes");
        let payload = Payload { msg: plain, aad: &aad };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("a document is far below the 64 GiB that GCM can seal");
        [nonce.as_slice(), &sealed].concat()
    }

    pub(super) fn open_document(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk()?;
        self.open_bytes(&document_aad(name), nonce, sealed)
    }

    pub(super) fn seal_bytes(&self, aad: &[u8], plain: &[u8]) -> ([u8; 12], Vec<u8>) {
        let mut nonce = [0; 12];
        fill_random(&mut nonce);
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
            .expect("a body is far below the 64 GiB that GCM can seal");
        (nonce, sealed)
    }

    pub(super) fn open_bytes(
        &self,
        aad: &[u8],
        nonce: &[u8; 12],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: sealed, aad };
        self.cipher().decrypt(&Nonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.as_bytes().into())
    }
}

/// Differs from the context of events, which begins with their id.
fn document_aad(name: &str) -> Vec<u8> {
    [b"document\0", name.as_bytes()].concat()
}

fn fill_random(bytes: &mut [u8]) {
    SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(event: u128) -> EnvelopeContext<'static> {
        EnvelopeContext {
            event_id: Uuid::from_u128(event),
            event_type: "visit.recorded",
            schema_version: 1,
            subject: SubjectId(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn a_sealed_part_opens_only_in_its_own_context() {
        let key = SubjectKey::random();
        let (nonce, sealed) = key.seal(&context(1), b"Asha Rani");
        assert_eq!(key.open(&context(1), &nonce, &sealed).unwrap().as_slice(), b"Asha Rani");
        assert!(key.open(&context(2), &nonce, &sealed).is_none());
        assert!(SubjectKey::random().open(&context(1), &nonce, &sealed).is_none());
    }

    #[test]
    fn a_document_is_sealed_alike_and_opens_under_its_name_only() {
        let key = SubjectKey::random();
        let sealed = key.seal_document("one", b"Asha Rani");
        assert_eq!(sealed, key.seal_document("one", b"Asha Rani"));
        assert_ne!(sealed[..12], key.seal_document("one", b"Asha Rano")[..12]);
        assert_ne!(sealed[..12], key.seal_document("two", b"Asha Rani")[..12]);
        assert_eq!(key.open_document("one", &sealed).unwrap().as_slice(), b"Asha Rani");
        assert!(key.open_document("two", &sealed).is_none());
        assert!(key.open_document("one", &sealed[..11]).is_none());
    }

    #[test]
    fn the_same_text_is_never_sealed_to_the_same_bytes() {
        let key = SubjectKey::random();
        assert_ne!(key.seal(&context(1), b"x"), key.seal(&context(1), b"x"));
    }
}
