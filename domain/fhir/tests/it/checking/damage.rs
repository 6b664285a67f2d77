//! Bytes that nobody meant: documents, visits and rule files with a little of theirs changed.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::{OUTPATIENT, STAY};

#[path = "../../../fuzz/harness.rs"]
mod harness;

const DOCUMENT: &[u8] = include_bytes!("../../fixtures/discharge-summary.json");
const RULES: &[u8] = include_bytes!("../../../rules/nrces-6.5.0.rules");

/// What a sender may write where something else was meant.
const WORDS: &[&str] = &[
    "\"a  b\"",
    "\" a\\r\\n\"",
    "\"\\u00a0\"",
    "\"\\u202e]]>&amp;<script>\"",
    "\"#\"",
    "\"0001-01-01\"",
    "\"9999-12-31T23:59:59.999999999-12:00\"",
    "\"2026-06-30T23:59:60Z\"",
    "\"000000\"",
    "\"AA==\"",
    "0",
    "1",
    "-1e-9",
    "1e15",
    "2147483648",
    "0.30000000000000004",
];

/// What a change may write: mostly bytes that mean something.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), select(&b"{}[]\",:\\u0tfn-1.e \x00\xff"[..])]
}

/// The texts and numbers of a visit.
fn leaves<'v>(value: &'v mut Value, all: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| leaves(member, all)),
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => all.push(value),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_document_is_answered(
        changes in prop::collection::vec((0..DOCUMENT.len(), byte()), 1..6),
        cut in prop::option::of(0..DOCUMENT.len()),
    ) {
        let mut document = DOCUMENT.to_vec();
        for (place, byte) in changes {
            document[place] = byte;
        }
        document.truncate(cut.unwrap_or(document.len()));
        harness::document(&document);
    }

    #[test]
    fn an_accepted_visit_yields_valid_documents_whatever_it_says(
        fixture in select(&[OUTPATIENT, STAY][..]),
        changes in prop::collection::vec((any::<Index>(), select(WORDS)), 1..3),
    ) {
        let mut visit: Value = serde_json::from_str(fixture).unwrap();
        for (chosen, word) in changes {
            let mut all = vec![];
            leaves(&mut visit, &mut all);
            let chosen = chosen.index(all.len());
            *all.swap_remove(chosen) = serde_json::from_str(word).unwrap();
        }
        harness::visit(visit.to_string().as_bytes());
    }

    #[test]
    fn a_damaged_rule_file_is_refused_or_can_be_used(
        changes in prop::collection::vec((0..RULES.len(), any::<u8>()), 1..4),
    ) {
        let mut rules = RULES.to_vec();
        for (place, byte) in changes {
            rules[place] = byte;
        }
        harness::rules(&rules);
    }

    #[test]
    fn any_bytes_are_answered(data: Vec<u8>, text: String) {
        harness::document(&data);
        harness::document(text.as_bytes());
        harness::visit(&data);
        harness::rules(&data);
    }
}

#[test]
fn a_rule_file_that_is_cut_off_is_refused() {
    for length in (0..RULES.len()).step_by(997) {
        assert!(abdm_fhir::Rules::from_bytes(&RULES[..length]).is_err());
    }
}
