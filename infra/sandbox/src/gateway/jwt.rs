//! JSON Web Tokens signed with RSA, in the compact form. This module does not use a JWT library.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use chrono::{DateTime, Utc};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::sha2::{Digest, Sha256, Sha512};
use rsa::signature::{Keypair, SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

/// Why a token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// Not a valid token of this key: wrong form, algorithm, `kid` or signature.
    Invalid,
    /// Signed by this key, but its `exp` has passed.
    Expired,
}

enum RsaSigner {
    Rs256(SigningKey<Sha256>),
    Rs512(SigningKey<Sha512>),
}

/// One of the keys that `/gateway/v3/certs` publishes.
pub(crate) struct TokenKey {
    kid: String,
    signer: RsaSigner,
    public: RsaPublicKey,
}

impl TokenKey {
    /// The key that signs sessions and callbacks.
    pub(crate) fn rs256(private: RsaPrivateKey) -> Self {
        let public = private.to_public_key();
        Self { kid: kid(&public), signer: RsaSigner::Rs256(SigningKey::new(private)), public }
    }

    /// The key that signs link tokens.
    pub(crate) fn rs512(private: RsaPrivateKey) -> Self {
        let public = private.to_public_key();
        Self { kid: kid(&public), signer: RsaSigner::Rs512(SigningKey::new(private)), public }
    }

    fn algorithm(&self) -> &'static str {
        match self.signer {
            RsaSigner::Rs256(_) => "RS256",
            RsaSigner::Rs512(_) => "RS512",
        }
    }

    /// The public key as a JSON Web Key.
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": self.algorithm(),
            "kid": self.kid,
            "n": BASE64URL.encode(self.public.n().to_bytes_be()),
            "e": BASE64URL.encode(self.public.e().to_bytes_be()),
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm(), "typ": "JWT", "kid": self.kid});
        let mut token = format!("{}.{}", encode(&header), encode(claims));
        let signature = match &self.signer {
            RsaSigner::Rs256(key) => key.sign(token.as_bytes()).to_vec(),
            RsaSigner::Rs512(key) => key.sign(token.as_bytes()).to_vec(),
        };
        token.push('.');
        token.push_str(&BASE64URL.encode(signature));
        token
    }

    /// Verifies a token of this key and its expiry at `now`. Returns its claims.
    pub(crate) fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Value, TokenError> {
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Invalid)?;
        let header = decode(header)?;
        if header["alg"] != self.algorithm() || header["kid"] != self.kid.as_str() {
            return Err(TokenError::Invalid);
        }
        let bytes = BASE64URL.decode(signature).map_err(|_| TokenError::Invalid)?;
        let signature = Signature::try_from(bytes.as_slice()).map_err(|_| TokenError::Invalid)?;
        let verified = match &self.signer {
            RsaSigner::Rs256(key) => {
                let key: VerifyingKey<Sha256> = key.verifying_key();
                key.verify(message.as_bytes(), &signature)
            }
            RsaSigner::Rs512(key) => {
                let key: VerifyingKey<Sha512> = key.verifying_key();
                key.verify(message.as_bytes(), &signature)
            }
        };
        verified.map_err(|_| TokenError::Invalid)?;
        let claims = decode(claims)?;
        match claims["exp"].as_i64() {
            Some(exp) if now.timestamp() < exp => Ok(claims),
            Some(_) => Err(TokenError::Expired),
            None => Err(TokenError::Invalid),
        }
    }
}

/// Derives the key id from the key, so that a stored key has the same id after a restart.
fn kid(public: &RsaPublicKey) -> String {
    BASE64URL.encode(&Sha256::digest(public.n().to_bytes_be())[..16])
}

fn encode(value: &Value) -> String {
    BASE64URL.encode(value.to_string())
}

fn decode(text: &str) -> Result<Value, TokenError> {
    let bytes = BASE64URL.decode(text).map_err(|_| TokenError::Invalid)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Invalid)
}
