//! Checks of one page: is it expected, is its key material valid, can each entry be decrypted?

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use md5::{Digest, Md5};
use serde_json::Value;

use super::decrypt::{self, DecryptError};
use super::delivery::Page;
use super::document;
use super::key_form::{self, KeyFormat};
use super::reuse::Used;
use crate::gateway::register::AbhaHolder;
use crate::phr::consent::ConsentRecord;
use crate::run::clock;
use crate::state::transaction::Transaction;
use crate::wire::message::GatewayCall;

/// Maximum transit time of a page: it may arrive this long after a consent ended.
const FLIGHT_TIME_MAX: TimeDelta = TimeDelta::milliseconds(500);

/// Checks a push that matches the schema. Returns one [`Page`] for each entry.
pub(super) fn judge(
    transaction: &Transaction,
    consent: Option<&ConsentRecord>,
    holder: Option<&AbhaHolder>,
    used: &mut Used,
    call: &GatewayCall,
) -> Vec<Page> {
    let body = &call.body;
    let page_number = body["pageNumber"].as_i64().unwrap_or_default();
    let page_count = body["pageCount"].as_i64().unwrap_or_default();
    let entries = body["entries"].as_array().map_or(&[][..], Vec::as_slice);
    let mut violations = timing(transaction, consent, call.at);
    if entries.len() > 1 {
        violations
            .push("a page must carry one entry: all of a page share key and nonce".to_owned());
    }
    if page_number > page_count {
        violations.push("pageNumber is above pageCount".to_owned());
    }
    if transaction.pages.first().is_some_and(|first| first.page_count != page_count) {
        violations.push("pageCount changed within a transaction".to_owned());
    }
    let material = &body["keyMaterial"];
    let own = &transaction.key_pair;
    let key_value = material["dhPublicKey"]["keyValue"].as_str().unwrap_or_default();
    let nonce = material["nonce"].as_str().unwrap_or_default();
    if key_value == own.key_value || nonce == STANDARD.encode(own.nonce) {
        violations.push("the HIP sent the HIU's own key or nonce back".to_owned());
    }
    let sealed = body["entries"].to_string();
    violations.extend(used.remember(key_value, nonce, &transaction.id, page_number, &sealed));
    let expiry = material["dhPublicKey"]["expiry"].as_str().and_then(clock::read_wire);
    if expiry.is_none_or(|expiry| expiry <= call.at) {
        violations.push("keyMaterial.dhPublicKey.expiry is not in the future".to_owned());
    }
    let key = message_key(transaction, key_value, nonce);
    if let Ok((key_format, ..)) = &key
        && !own.key_format.is_weierstrass()
        && *key_format != own.key_format
    {
        violations.push("an X25519 key must come in the form it was asked in".to_owned());
    }
    entries
        .iter()
        .map(|entry| {
            let mut page = open(entry, key.as_ref().map_err(Clone::clone), consent);
            page.received_at = call.at;
            page.page_number = page_number;
            page.page_count = page_count;
            if let (Ok(bundle), Some(consent)) = (&page.plaintext, consent)
                && bundle["resourceType"] == "Bundle"
            {
                let said = document::examine(bundle, consent, transaction.range, holder);
                page.violations.extend(said);
            }
            page.violations.splice(0..0, violations.iter().cloned());
            page
        })
        .collect()
}

/// Violations because of the time of arrival: request, transaction or consent do not permit a page at `at`.
fn timing(
    transaction: &Transaction,
    consent: Option<&ConsentRecord>,
    at: DateTime<Utc>,
) -> Vec<String> {
    let mut violations = vec![];
    let mut found = |rule: &str| violations.push(rule.to_owned());
    match transaction.acknowledged {
        Some(Ok(())) => {}
        Some(Err(_)) => found("a page came for a request that the HIP refused"),
        None => found("a page came before on-request"),
    }
    if transaction.report.is_some() {
        found("a page came after the transaction was closed");
    }
    match consent {
        None => found("a page came without a consent"),
        Some(consent) => {
            if consent.ended_before(at - FLIGHT_TIME_MAX) {
                found("a page came after the end of the consent was acknowledged");
            }
            if consent.data_erase_at().is_some_and(|erase| at > erase + FLIGHT_TIME_MAX) {
                found("a page came after dataEraseAt");
            }
        }
    }
    violations
}

/// The format of the HIP's public key, and the AES key and initialisation vector of a page.
type MessageKey = (KeyFormat, [u8; 32], [u8; 12]);

fn message_key(
    transaction: &Transaction,
    key_value: &str,
    nonce: &str,
) -> Result<MessageKey, DecryptError> {
    let material = |text: String| DecryptError::KeyMaterial(text);
    let nonce: [u8; 32] = STANDARD
        .decode(nonce)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| material("nonce is not 32 bytes in base64".to_owned()))?;
    let (key_format, peer) =
        key_form::read(key_value).map_err(|error| material(error.to_string()))?;
    let own = &transaction.key_pair;
    let secret = decrypt::agree(&own.private, &peer)?;
    let (key, vector) = decrypt::derive(secret, own.nonce, nonce);
    Ok((key_format, key, vector))
}

/// Decrypts and checks one entry. [`judge`] adds the data of the page.
fn open(
    entry: &Value,
    key: Result<&MessageKey, DecryptError>,
    consent: Option<&ConsentRecord>,
) -> Page {
    let text = |member: &str| entry[member].as_str().unwrap_or_default();
    let reference = text("careContextReference");
    let opened = key.and_then(|(_, key, vector)| decrypt::open(text("content"), *key, *vector));
    let checksum_ok =
        opened.as_ref().is_ok_and(|bytes| hex::encode(Md5::digest(bytes)) == text("checksum"));
    let plaintext = opened
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|bytes| serde_json::from_slice::<Value>(bytes).map_err(|_| DecryptError::Json));
    let care_context_known =
        consent.is_some_and(|consent| consent.care_context_references().contains(reference));
    let mut violations = vec![];
    match &plaintext {
        Err(error) => violations.push(format!("an entry does not open: {error}")),
        Ok(bundle) if bundle["resourceType"] != "Bundle" => {
            violations.push("the plaintext is no FHIR bundle".to_owned());
        }
        Ok(_) => {}
    }
    if opened.is_ok() && !checksum_ok {
        violations.push("checksum is not the MD5 of the plaintext".to_owned());
    }
    if !care_context_known {
        violations.push("careContextReference is not in the consent".to_owned());
    }
    Page {
        received_at: DateTime::UNIX_EPOCH,
        page_number: 0,
        page_count: 0,
        care_context_reference: reference.to_owned(),
        media: text("media").to_owned(),
        checksum_ok,
        care_context_known,
        hi_type: plaintext.as_ref().ok().and_then(document::hi_type_of),
        plaintext,
        plaintext_bytes: opened.unwrap_or_default(),
        violations,
    }
}
