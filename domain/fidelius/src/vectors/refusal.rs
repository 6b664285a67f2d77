//! A case of the second list: an input that must be refused, or a control that must not.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Broken;
use crate::{Error, KeyFormat, Nonce, PrivateKey, PublicKey, expiry, open, wire};

/// More base64 than any case holds, so that a file can't fill the memory.
const CONTENT_LENGTH_MAX: usize = 64 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    pub(super) name: String,
    operation: Operation,
    class: Class,
    /// The name of the [`Error`] variant, where a file asks for one in particular.
    error: Option<String>,
    input: Option<String>,
    /// Against which an expiry is checked; without it, it is only read.
    now: Option<DateTime<Utc>>,
    encrypted_data: Option<String>,
    requester_private_key: Option<String>,
    requester_nonce: Option<String>,
    sender_public_key: Option<String>,
    sender_nonce: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Operation {
    PublicKey,
    Nonce,
    PrivateKey,
    Expiry,
    Decrypt,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Class {
    /// Every implementation refuses it.
    Must,
    /// We refuse it; others may not.
    Policy,
    /// A control: it must be accepted.
    Accept,
    /// Not a key of key format W, but one of key format X.
    DialectX,
}

impl Case {
    pub(super) fn run(&self) -> Result<(), Broken> {
        let outcome = self.outcome()?;
        let broken = |what: String| Err(Broken { step: self.step(), what });
        match (self.class, outcome) {
            (Class::Must | Class::Policy, Ok(_)) => broken("accepted".to_owned()),
            (Class::Must | Class::Policy, Err(error)) => match &self.error {
                Some(wanted) if *wanted != format!("{error:?}") => {
                    broken(format!("refused as {error:?}, not as {wanted}"))
                }
                _ => Ok(()),
            },
            (Class::Accept | Class::DialectX, Err(error)) => broken(format!("refused: {error}")),
            (Class::Accept, Ok(_)) | (Class::DialectX, Ok(Some(KeyFormat::X25519))) => Ok(()),
            (Class::DialectX, Ok(_)) => broken("not taken for dialect X".to_owned()),
        }
    }

    /// Do what the case asks; the key format, where a key was read.
    fn outcome(&self) -> Result<Result<Option<KeyFormat>, Error>, Broken> {
        Ok(match self.operation {
            Operation::PublicKey => {
                PublicKey::parse(self.field(self.input.as_ref())?).map(|key| Some(key.key_format()))
            }
            Operation::Nonce => Nonce::parse(self.field(self.input.as_ref())?).map(|_| None),
            Operation::PrivateKey => {
                PrivateKey::weierstrass(self.field(self.input.as_ref())?).map(|_| None)
            }
            Operation::Expiry => expiry::parse(self.field(self.input.as_ref())?)
                .and_then(|at| self.now.map_or(Ok(()), |now| expiry::check(at, now)))
                .map(|()| None),
            Operation::Decrypt => self.decrypt()?,
        })
    }

    fn decrypt(&self) -> Result<Result<Option<KeyFormat>, Error>, Broken> {
        let content = self.field(self.encrypted_data.as_ref())?;
        let private = self.field(self.requester_private_key.as_ref())?;
        let own_nonce = self.field(self.requester_nonce.as_ref())?;
        let peer = self.field(self.sender_public_key.as_ref())?;
        let peer_nonce = self.field(self.sender_nonce.as_ref())?;
        Ok((|| {
            let peer = PublicKey::parse(peer)?;
            let private = PrivateKey::parse(peer.key_format(), private)?;
            let content = wire::decode(content, CONTENT_LENGTH_MAX, Error::Tag)?;
            let (own_nonce, peer_nonce) = (Nonce::parse(own_nonce)?, Nonce::parse(peer_nonce)?);
            open(&private, &own_nonce, &peer, &peer_nonce, &content)?;
            Ok(Some(peer.key_format()))
        })())
    }

    fn field<'a>(&self, field: Option<&'a String>) -> Result<&'a str, Broken> {
        field.map(String::as_str).ok_or_else(|| Broken {
            step: self.step(),
            what: "the case lacks a member that its operation needs".to_owned(),
        })
    }

    fn step(&self) -> &'static str {
        match self.operation {
            Operation::PublicKey => "public key",
            Operation::Nonce => "nonce",
            Operation::PrivateKey => "private key",
            Operation::Expiry => "expiry",
            Operation::Decrypt => "decrypt",
        }
    }
}
