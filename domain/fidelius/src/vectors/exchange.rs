//! A positive vector: one exchange, computed from both sides and in every form of the keys.

use chrono::DateTime;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Broken, Step as _, same};
use crate::session::{Session, mix};
use crate::{
    KeyForm, KeyFormPolicy, KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce, open,
    wire,
};

/// Larger than any payload that a vector asks to be generated, so that a file can't fill the memory.
const GENERATED_LENGTH_MAX: usize = 64 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Vector {
    pub(super) name: String,
    #[serde(default)]
    #[serde(rename = "dialect")]
    key_format: Option<String>,
    sender_private_key: String,
    sender_public_key: String,
    #[serde(rename = "senderPublicKeyX509")]
    sender_spki: Option<String>,
    #[serde(rename = "senderPublicKeyX509Named")]
    sender_spki_named: Option<String>,
    sender_nonce: String,
    requester_private_key: String,
    requester_public_key: String,
    #[serde(rename = "requesterPublicKeyX509")]
    requester_spki: Option<String>,
    #[serde(rename = "requesterPublicKeyX509Named")]
    requester_spki_named: Option<String>,
    requester_nonce: String,
    plaintext: Option<String>,
    plaintext_base64: Option<String>,
    plaintext_generator: Option<Generator>,
    plaintext_sha256: Option<String>,
    plaintext_length: Option<usize>,
    ciphertext: Option<String>,
    ciphertext_length: Option<usize>,
    ciphertext_sha256: Option<String>,
    checksum: Option<String>,
    tag: Option<String>,
    xor_of_nonces: Option<String>,
    salt: Option<String>,
    iv: Option<String>,
    shared_secret: Option<String>,
    hkdf_key: Option<String>,
}

#[derive(Deserialize)]
struct Generator {
    kind: String,
    seed: String,
    length: usize,
}

/// One side, with its public key in every form the file gives.
struct Side {
    private: PrivateKey,
    publics: Vec<PublicKey>,
    texts: Vec<String>,
    nonce: Nonce,
}

impl Vector {
    pub(super) fn run(&self) -> Result<(), Broken> {
        let key_format = self.key_format()?;
        let sender = Side::read(
            key_format,
            &self.sender_private_key,
            [
                Some(&self.sender_public_key),
                self.sender_spki.as_ref(),
                self.sender_spki_named.as_ref(),
            ],
            &self.sender_nonce,
        )?;
        let requester = Side::read(
            key_format,
            &self.requester_private_key,
            [
                Some(&self.requester_public_key),
                self.requester_spki.as_ref(),
                self.requester_spki_named.as_ref(),
            ],
            &self.requester_nonce,
        )?;
        self.check_secrets(&sender, &requester)?;
        let plaintext = self.plaintext()?;
        for peer_text in &requester.texts {
            self.check_exchange(&sender, &requester, peer_text, &plaintext)?;
        }
        Ok(())
    }

    fn key_format(&self) -> Result<KeyFormat, Broken> {
        match self.key_format.as_deref() {
            None | Some("weierstrass") => Ok(KeyFormat::Weierstrass),
            Some("X25519" | "x25519") => Ok(KeyFormat::X25519),
            Some(other) => Err(Broken { step: "dialect", what: format!("{other} is unknown") }),
        }
    }

    fn check_secrets(&self, sender: &Side, requester: &Side) -> Result<(), Broken> {
        let mixed = mix(&sender.nonce, &requester.nonce);
        same("xor of nonces", &hex::encode(mixed), self.xor_of_nonces.as_ref())?;
        same("salt", &hex::encode(&mixed[..20]), self.salt.as_ref())?;
        same("iv", &hex::encode(&mixed[20..]), self.iv.as_ref())?;
        for (own, peer) in [(sender, requester), (requester, sender)] {
            for public in &peer.publics {
                let secret = own.private.agree(public).step("shared secret")?;
                same("shared secret", &hex::encode(*secret), self.shared_secret.as_ref())?;
                let session = Session::derive(&secret, &own.nonce, &peer.nonce);
                same("hkdf key", &hex::encode(session.key()), self.hkdf_key.as_ref())?;
            }
        }
        Ok(())
    }

    fn check_exchange(
        &self,
        sender: &Side,
        requester: &Side,
        peer_text: &str,
        plaintext: &[u8],
    ) -> Result<(), Broken> {
        let now = DateTime::UNIX_EPOCH;
        let nonce = &self.requester_nonce;
        let peer = PeerMaterial::parse("ECDH", "Curve25519", peer_text, nonce, "9999-12-31", now)
            .step("requester's key material")?;
        let exchange = SealOnce::with_fixed(
            &peer,
            &sender.private,
            &sender.nonce,
            KeyFormPolicy::SpkiExplicit,
        )
        .step("exchange")?;
        let sent = exchange.key_material();
        let spki = (sent.form() != KeyForm::X25519Raw).then_some(self.sender_spki.as_ref());
        same("key sent", sent.key_value(), spki.unwrap_or(Some(&self.sender_public_key)))?;
        same("nonce sent", sent.nonce(), Some(&self.sender_nonce))?;

        let page = exchange.seal(plaintext);
        let (_, tag) = page.ciphertext.split_at(plaintext.len());
        same("tag", &hex::encode(tag), self.tag.as_ref())?;
        let length = page.ciphertext.len().to_string();
        same("ciphertext length", &length, self.ciphertext_length.map(|n| n.to_string()).as_ref())?;
        let sha256 = hex::encode(Sha256::digest(&page.ciphertext));
        same("ciphertext hash", &sha256, self.ciphertext_sha256.as_ref())?;
        same("checksum", &page.checksum, self.checksum.as_ref())?;
        same("content", &page.content(), self.ciphertext.as_ref())?;

        for public in &sender.publics {
            let opened =
                open(&requester.private, &requester.nonce, public, &sender.nonce, &page.ciphertext)
                    .step("open")?;
            if opened.as_slice() != plaintext {
                return Err(Broken { step: "open", what: "another text came out".to_owned() });
            }
        }
        Ok(())
    }

    fn plaintext(&self) -> Result<Vec<u8>, Broken> {
        let broken = |what: &str| Broken { step: "plaintext", what: what.to_owned() };
        let bytes = match (&self.plaintext, &self.plaintext_generator) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(generator)) => generator.run()?,
            _ => return Err(broken("neither one text nor one generator is given")),
        };
        same("plaintext", &wire::encode(&bytes), self.plaintext_base64.as_ref())?;
        same(
            "plaintext hash",
            &hex::encode(Sha256::digest(&bytes)),
            self.plaintext_sha256.as_ref(),
        )?;
        if self.plaintext_length.is_some_and(|length| length != bytes.len()) {
            return Err(broken("its length differs from the file's"));
        }
        Ok(bytes)
    }
}

impl Generator {
    /// SHA-256 of the seed and a counter, in hexadecimal, again and again, cut to length.
    fn run(&self) -> Result<Vec<u8>, Broken> {
        let broken = |what: &str| Broken { step: "plaintext generator", what: what.to_owned() };
        if self.kind != "sha256-counter-hex" {
            return Err(broken("its kind is unknown"));
        }
        if self.length > GENERATED_LENGTH_MAX {
            return Err(broken("it asks for more than 64 MiB"));
        }
        let mut out = Vec::with_capacity(self.length + 64);
        let mut counter: u32 = 0;
        while out.len() < self.length {
            let hash = Sha256::new()
                .chain_update(self.seed.as_bytes())
                .chain_update(counter.to_be_bytes())
                .finalize();
            out.extend_from_slice(hex::encode(hash).as_bytes());
            counter += 1;
        }
        out.truncate(self.length);
        Ok(out)
    }
}

impl Side {
    fn read(
        key_format: KeyFormat,
        private: &str,
        publics: [Option<&String>; 3],
        nonce: &str,
    ) -> Result<Self, Broken> {
        let private = PrivateKey::parse(key_format, private).step("private key")?;
        let own = private.public_key();
        let nonce = Nonce::parse(nonce).step("nonce")?;
        let forms = match key_format {
            KeyFormat::Weierstrass => [KeyForm::Raw, KeyForm::SpkiExplicit, KeyForm::SpkiNamed],
            KeyFormat::X25519 => [KeyForm::X25519Raw, KeyForm::X25519Spki, KeyForm::X25519Spki],
        };
        let mut side = Self { private, publics: Vec::new(), texts: Vec::new(), nonce };
        for (form, text) in forms.into_iter().zip(publics) {
            let Some(text) = text else { continue };
            let computed = own.encode(form).map(|bytes| wire::encode(&bytes));
            same("public key", &computed.unwrap_or_default(), Some(text))?;
            let read = PublicKey::parse(text).step("public key")?;
            if read.form() != form || read != own {
                let what = format!("read as another key, of form {}", read.form());
                return Err(Broken { step: "public key", what });
            }
            side.publics.push(read);
            side.texts.push(text.clone());
        }
        Ok(side)
    }
}
