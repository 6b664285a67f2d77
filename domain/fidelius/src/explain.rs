//! What is right or wrong with a peer's key, step by step, in words for an operator.

use std::fmt;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::public_key::{TEXT_LENGTH_MAX, classify};
use crate::{Error, KeyForm, KeyFormat, PublicKey, wire};

/// What became of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepOutcome {
    /// The check passed.
    Passed,
    /// The check failed; later ones weren't made.
    Failed,
    /// An earlier check failed.
    Skipped,
}

/// One check of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was checked, in two or three words.
    pub name: &'static str,
    /// What became of it.
    pub outcome: StepOutcome,
    /// What that means and, after a failure, what to do about it.
    pub sentence: &'static str,
}

/// A report on one key. Holds no byte of the key: a fingerprint stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether the key would be accepted.
    pub accepted: bool,
    /// The length of the text, in characters.
    pub text_length: usize,
    /// The length after decoding, in bytes, if it is base64.
    pub byte_length: Option<usize>,
    /// The form, if it is one that is accepted.
    pub form: Option<KeyForm>,
    /// The key format that follows from the form.
    #[serde(rename = "dialect")]
    pub key_format: Option<KeyFormat>,
    /// SHA-256 of the decoded bytes, lower-case hexadecimal: the same as in the audit.
    pub fingerprint: Option<String>,
    /// The checks in the order in which they are made.
    pub steps: Vec<Step>,
}

/// Explain a `keyValue`.
pub fn key(base64: &str) -> Explanation {
    let decoded = wire::decode(base64, TEXT_LENGTH_MAX, Error::KeyEncoding).ok();
    let form = decoded.as_deref().and_then(|bytes| classify(bytes).ok()).map(|(form, _)| form);
    let refusal = PublicKey::parse(base64).err();
    Explanation {
        accepted: refusal.is_none(),
        text_length: base64.len(),
        byte_length: decoded.as_ref().map(|bytes| bytes.len()),
        form,
        key_format: form.map(KeyForm::key_format),
        fingerprint: decoded.as_ref().map(|bytes| hex::encode(Sha256::digest(bytes.as_slice()))),
        steps: steps(base64.len(), form.map(KeyForm::key_format), refusal),
    }
}

/// A check: its name, what passing says, and the sentence of each failure.
struct Check {
    name: &'static str,
    passed: &'static str,
    failures: &'static [(Error, &'static str)],
}

const LENGTH: Check = Check {
    name: "text length",
    passed: "The text is short enough to be a key.",
    failures: &[(
        Error::KeyEncoding,
        "The text is longer than 1024 characters, so it was not decoded. Is this really the keyValue?",
    )],
};
const BASE64: Check = Check {
    name: "base64",
    passed: "The text is standard, padded base64 on one line.",
    failures: &[
        (
            Error::LostPlus,
            "Blanks stand where '+' belongs: somewhere the key went through form decoding, which takes '+' for a blank. The sender must send it in JSON, or escape '+' as %2B.",
        ),
        (
            Error::Base64,
            "The text is not standard padded base64: look for a line break, missing '=', lost characters, '%' escapes or the characters '-' and '_'.",
        ),
    ],
};
const FORM: Check = Check {
    name: "form",
    passed: "Length and leading bytes are those of a known key form.",
    failures: &[
        (
            Error::KeyStrippedZero,
            "The key is one byte short: the sender dropped a leading zero of a coordinate. It cannot be repaired; the sender must pad coordinates to 32 bytes, and a new request will usually work.",
        ),
        (
            Error::EncodedTwice,
            "The text is base64 of base64: the key in it was encoded twice. The sender must encode the bytes of the key once.",
        ),
        (
            Error::KeyEncoding,
            "The bytes are none of the known forms: 65 bytes starting with 04, an SPKI of 309 or 93 bytes for Curve25519, 32 bytes, or an X25519 SPKI of 44 bytes.",
        ),
    ],
};
const REDUCED: Check = Check {
    name: "coordinates",
    passed: "Both coordinates are below the field prime.",
    failures: &[(
        Error::NotCanonical,
        "A coordinate is not below the field prime. No honest library writes such a key.",
    )],
};
const CURVE: Check = Check {
    name: "curve equation",
    passed: "The point is on the curve.",
    failures: &[(
        Error::NotOnCurve,
        "The point is not on this curve: a damaged key, coordinates swapped, or a key of another curve such as P-256.",
    )],
};
const ORDER: Check = Check {
    name: "order",
    passed: "The point generates the group of prime order.",
    failures: &[
        (
            Error::SmallOrder,
            "The point has small order, so anyone could compute the secret. Treat it as an attack or a test.",
        ),
        (
            Error::MixedOrder,
            "The point lies outside the prime-order group and would leak bits of our key. Treat it as an attack or a test.",
        ),
    ],
};
const X25519_ORDER: Check = Check {
    name: "order",
    passed: "The point is not of small order.",
    failures: &[(
        Error::SmallOrder,
        "The point has small order, so the secret would be all zero. Treat it as an attack or a test.",
    )],
};

fn steps(text_length: usize, key_format: Option<KeyFormat>, refusal: Option<Error>) -> Vec<Step> {
    let checks: &[&Check] = match key_format {
        None => &[&LENGTH, &BASE64, &FORM],
        Some(KeyFormat::Weierstrass) => &[&LENGTH, &BASE64, &FORM, &REDUCED, &CURVE, &ORDER],
        Some(KeyFormat::X25519) => &[&LENGTH, &BASE64, &FORM, &X25519_ORDER],
    };
    let mut stopped = false;
    let mut out = Vec::with_capacity(checks.len());
    for check in checks {
        // An overlong text and an unknown form share an error; the length tells them apart.
        let applies = check.name != LENGTH.name || text_length > TEXT_LENGTH_MAX;
        let failure = check.failures.iter().find(|(error, _)| applies && Some(*error) == refusal);
        let (outcome, sentence) = match failure {
            _ if stopped => (StepOutcome::Skipped, "Not checked."),
            Some((_, sentence)) => (StepOutcome::Failed, *sentence),
            None => (StepOutcome::Passed, check.passed),
        };
        stopped |= outcome == StepOutcome::Failed;
        out.push(Step { name: check.name, outcome, sentence });
    }
    out
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = "unknown";
        let bytes = self.byte_length.map_or_else(|| unknown.to_owned(), |count| count.to_string());
        writeln!(f, "length       {} characters, {bytes} bytes", self.text_length)?;
        writeln!(f, "form         {}", self.form.map_or(unknown, KeyForm::as_str))?;
        writeln!(f, "dialect      {}", self.key_format.map_or(unknown, KeyFormat::as_str))?;
        writeln!(f, "fingerprint  {}", self.fingerprint.as_deref().unwrap_or(unknown))?;
        for step in &self.steps {
            let mark = match step.outcome {
                StepOutcome::Passed => "passed",
                StepOutcome::Failed => "FAILED",
                StepOutcome::Skipped => "-",
            };
            writeln!(f, "{mark:<8} {:<15} {}", step.name, step.sentence)?;
        }
        f.write_str(if self.accepted { "accepted" } else { "refused" })
    }
}
