//! What goes back to the requester beside the content.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::{KeyForm, KeyFormat, Nonce, PublicKey, wire};

/// In which form our key of key format W is sent. Key format X is always answered in kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyFormPolicy {
    /// SPKI with explicit parameters: every surveyed HIU of key format W reads it, one reads nothing else.
    #[default]
    SpkiExplicit,
    /// The bare 65 bytes, for an HIU that can't read an SPKI.
    Raw,
}

impl KeyFormPolicy {
    pub(crate) fn answer_to(self, peer: KeyForm) -> KeyForm {
        match (peer, self) {
            (KeyForm::X25519Raw | KeyForm::X25519Spki, _) => peer,
            (KeyForm::Raw | KeyForm::SpkiExplicit | KeyForm::SpkiNamed, Self::SpkiExplicit) => {
                KeyForm::SpkiExplicit
            }
            (KeyForm::Raw | KeyForm::SpkiExplicit | KeyForm::SpkiNamed, Self::Raw) => KeyForm::Raw,
        }
    }
}

/// Our public key and nonce for one page.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyMaterial {
    form: KeyForm,
    public_key_bytes: Vec<u8>,
    key_value: String,
    nonce: String,
}

impl KeyMaterial {
    /// `form` must belong to the key format of `key`; if it doesn't, the bare key is sent.
    pub(crate) fn new(key: &PublicKey, form: KeyForm, nonce: &Nonce) -> Self {
        let (form, public_key_bytes) = match key.encode(form) {
            Some(bytes) => (form, bytes),
            None => (key.form(), key.to_bytes()),
        };
        let key_value = wire::encode(&public_key_bytes);
        Self { form, public_key_bytes, key_value, nonce: nonce.to_base64() }
    }

    /// `dhPublicKey.keyValue`: base64 of [`KeyMaterial::public_key_bytes`].
    pub fn key_value(&self) -> &str {
        &self.key_value
    }

    /// `nonce`: base64 of 32 bytes.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The bytes inside `keyValue`, prefix and all: what an audit row hashes.
    pub fn public_key_bytes(&self) -> &[u8] {
        &self.public_key_bytes
    }

    /// The form of our key.
    pub fn form(&self) -> KeyForm {
        self.form
    }

    /// The key format of our key.
    pub fn key_format(&self) -> KeyFormat {
        self.form.key_format()
    }

    /// `keyMaterial` as the data push carries it, `expiry` in milliseconds and UTC.
    ///
    /// The texts are those of ABDM's published enumerations, whatever spelling the requester used.
    pub fn to_json(&self, expiry: DateTime<Utc>) -> Value {
        json!({
            "cryptoAlg": "ECDH",
            "curve": "Curve25519",
            "dhPublicKey": {
                "expiry": expiry.to_rfc3339_opts(SecondsFormat::Millis, true),
                "parameters": "Curve25519/32byte random key",
                "keyValue": self.key_value,
            },
            "nonce": self.nonce,
        })
    }
}

impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyMaterial({}, ‹redacted›)", self.form)
    }
}
