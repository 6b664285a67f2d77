//! The `dataPushUrl`, which receives the pages.

use super::delivery::Page;
use super::verdict;
use crate::gateway::headers;
use crate::gateway::shape::Shape::{self, Integer, List, Object, OneOf, Text};
use crate::gateway::shape::{Finding, may, must};
use crate::gateway::text;
use crate::state::State;
use crate::wire::message::{GatewayAnswer, GatewayCall, Refusal};
use crate::world::World;

const NOT_EMPTY: Shape = Text(text::is_not_empty, "a text that is not empty");

const PUSH: Shape = Object(&[
    must("pageNumber", &Integer(0, 1_000_000)),
    must("pageCount", &Integer(1, 1_000_000)),
    must("transactionId", &Text(text::is_uuid, "a UUID in lower case")),
    must(
        "entries",
        &List(&Object(&[
            must("content", &NOT_EMPTY),
            must("media", &OneOf(&["application/fhir+json"])),
            must("checksum", &Text(text::is_checksum, "an MD5 in lower-case hexadecimal")),
            must("careContextReference", &Text(text::is_reference_number, "a reference")),
        ])),
    ),
    must(
        "keyMaterial",
        &Object(&[
            must("cryptoAlg", &OneOf(&["ECDH"])),
            must("curve", &OneOf(&["Curve25519"])),
            must(
                "dhPublicKey",
                &Object(&[
                    must("expiry", &Text(text::is_timestamp, "YYYY-MM-DDTHH:mm:ss.SSSZ")),
                    may("parameters", &OneOf(&["Curve25519/32byte random key"])),
                    must("keyValue", &NOT_EMPTY),
                ]),
            ),
            must("nonce", &NOT_EMPTY),
        ]),
    ),
]);

/// Receives a page, decrypts it and stores the result. Answers 202 if the page belongs to a transaction.
pub(crate) fn receive(world: &World, call: &GatewayCall) -> GatewayAnswer {
    if let Err(refusal) = check(world, call) {
        return refusal.into();
    }
    world.change(|state| match keep(state, call) {
        Ok((duplicate, violations)) => {
            GatewayAnswer { duplicate, violations, ..GatewayAnswer::accepted() }
        }
        Err(refusal) => refusal.into(),
    })
}

fn check(world: &World, call: &GatewayCall) -> Result<(), Refusal> {
    headers::content_type(call)?;
    // NHA requires the bearer token, but half of the other implementations send none.
    if call.header("Authorization").is_some() {
        headers::session_bearer(world, call)?;
    }
    let findings = PUSH.check(&call.body);
    let entries = call.body["entries"].as_array().map_or(0, Vec::len);
    if findings.is_empty() && entries > 0 {
        return Ok(());
    }
    let rule = if findings.is_empty() {
        "entries must not be empty".to_owned()
    } else {
        findings.iter().map(Finding::sentence).collect::<Vec<_>>().join("; ")
    };
    Err(Refusal::object(400, "ABDM-1006", &rule).breach(rule))
}

/// Stores the entries of a page. Returns whether it is a repeat, and its violations.
fn keep(state: &mut State, call: &GatewayCall) -> Result<(bool, Vec<String>), Refusal> {
    let body = &call.body;
    let id = body["transactionId"].as_str().unwrap_or_default();
    let Some(transaction) = state.transactions.get_mut(id) else {
        return Err(Refusal::object(404, "ABDM-1017", "Invalid TransactionId")
            .breach("transactionId is not one that was asked"));
    };
    let consent = state.consents.get(&transaction.consent_id);
    let holder = consent.and_then(|it| state.register.holder(Some(&it.request.abha_address), None));
    let entries = verdict::judge(transaction, consent, holder, &mut state.used, call);
    let number = body["pageNumber"].as_i64();
    let earlier: Vec<&Page> =
        transaction.pages.iter().filter(|page| Some(page.page_number) == number).collect();
    if earlier.is_empty() {
        let mut violations: Vec<String> =
            entries.iter().flat_map(|entry| entry.violations.iter().cloned()).collect();
        violations.sort();
        violations.dedup();
        transaction.pages.extend(entries);
        return Ok((false, violations));
    }
    let same = earlier.len() == entries.len()
        && earlier.into_iter().zip(&entries).all(|(earlier, entry)| says_the_same(earlier, entry));
    if same {
        transaction.duplicates += 1;
        return Ok((true, vec![]));
    }
    Ok((false, vec!["a page number came twice with different content".to_owned()]))
}

/// A repeat may be encrypted again with a new key and nonce. Only its content must be the same.
fn says_the_same(earlier: &Page, entry: &Page) -> bool {
    earlier.care_context_reference == entry.care_context_reference
        && entry.plaintext.is_ok()
        && earlier.plaintext_bytes == entry.plaintext_bytes
}
