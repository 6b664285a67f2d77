//! Finds effects that the simulator received twice.

use std::collections::{BTreeMap, BTreeSet};

use hip_sandbox::{Entry, Operation};
use serde_json::Value;

/// Effects of the calls of a run.
#[derive(Default)]
pub(super) struct Effects {
    /// Number of compared items by operation: without any, no duplicate could be found.
    pub(super) compared: BTreeMap<&'static str, usize>,
    /// Calls that the simulator accepted as new although it had accepted one for the same item; and pages
    /// in two versions, which were encrypted twice.
    pub(super) twice: Vec<String>,
}

impl Effects {
    pub(super) fn of<'e>(journal: impl Iterator<Item = &'e Entry>) -> Self {
        let mut calls: BTreeMap<(&'static str, String), u32> = BTreeMap::new();
        let mut pages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in journal {
            let Some(operation) = entry.operation else { continue };
            let is_taken = entry.status.is_some_and(|status| (200..300).contains(&status));
            if operation == Operation::Push {
                let page = format!("{} {}", entry.body["transactionId"], entry.body["pageNumber"]);
                pages.entry(page).or_default().insert(entry.body["entries"].to_string());
            } else if is_taken
                && !entry.duplicate
                && let Some(about) = what_it_is_about(operation, &entry.body)
            {
                *calls.entry((operation.name(), about.to_owned())).or_default() += 1;
            }
        }
        let mut effects = Self::default();
        for ((name, about), count) in calls {
            *effects.compared.entry(name).or_default() += 1;
            if count > 1 {
                effects.twice.push(format!("{name} of {about}: {count} times"));
            }
        }
        effects.compared.insert(Operation::Push.name(), pages.len());
        let in_two_versions = pages.into_iter().filter(|(_, versions)| versions.len() > 1);
        effects
            .twice
            .extend(in_two_versions.map(|(page, _)| format!("page {page} in two versions")));
        effects
    }
}

/// The item for which a call is permitted only once: the linked visit, the closed transfer, the answered
/// request.
///
/// `None` for calls that may be repeated.
fn what_it_is_about(operation: Operation, body: &Value) -> Option<&str> {
    let about = if operation == Operation::LinkCareContext {
        &body["patient"][0]["careContexts"][0]["referenceNumber"]
    } else if operation == Operation::DataFlowNotify {
        &body["notification"]["transactionId"]
    } else {
        &body["response"]["requestId"]
    };
    about.as_str()
}

#[cfg(test)]
mod tests {
    use hip_sandbox::{Direction, Peer};
    use serde_json::json;

    use super::*;

    fn call(operation: Operation, body: Value) -> Entry {
        Entry {
            at: chrono::DateTime::UNIX_EPOCH,
            direction: Direction::Out,
            peer: Peer::Gateway,
            operation: Some(operation),
            method: "POST".to_owned(),
            path: String::new(),
            headers: BTreeMap::new(),
            body,
            status: Some(202),
            answer: Value::Null,
            request_id: None,
            duplicate: false,
            violations: vec![],
        }
    }

    fn answer(request_id: &str) -> Entry {
        call(Operation::OnDiscover, json!({ "response": { "requestId": request_id } }))
    }

    fn page(number: u32, content: &str) -> Entry {
        let entries = [json!({ "content": content })];
        let body = json!({ "transactionId": "t", "pageNumber": number, "entries": entries });
        call(Operation::Push, body)
    }

    #[test]
    fn one_answer_to_each_question_is_no_double() {
        let mut repeated = answer("a");
        repeated.duplicate = true;
        let mut refused = answer("a");
        refused.status = Some(503);
        let journal = [answer("a"), repeated, refused, answer("b"), page(1, "x"), page(1, "x")];
        let effects = Effects::of(journal.iter());
        assert_eq!(effects.twice, [""; 0]);
        assert_eq!((effects.compared["on-discover"], effects.compared["push"]), (2, 1));
    }

    #[test]
    fn a_second_answer_and_a_second_version_of_a_page_are_seen() {
        let journal = [answer("a"), answer("a"), page(1, "x"), page(2, "x"), page(2, "y")];
        let seen = Effects::of(journal.iter()).twice;
        assert_eq!(seen, ["on-discover of a: 2 times", "page \"t\" 2 in two versions"]);
    }

    #[test]
    fn a_visit_that_is_linked_twice_is_seen() {
        let context = json!({ "careContexts": [{ "referenceNumber": "4711" }] });
        let link = || call(Operation::LinkCareContext, json!({ "patient": [context] }));
        assert_eq!(
            Effects::of([link(), link()].iter()).twice,
            ["link-care-context of 4711: 2 times"]
        );
    }
}
