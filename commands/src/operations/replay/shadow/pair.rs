//! Compares new events with the recorded ones, member by member.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta};
use hip_domain::sensitive::Phi;
use serde_json::{Value, json};

use super::finding::Fact;
use super::scripted_log::{Taken, Would};
use crate::operations::replay::comparison::{Difference, How};
use crate::port::Vault;
use crate::port::log::{NewEvent, StoredEvent};
use crate::port::vault::{Opened, VaultError};
use crate::tasks::handlers::call::leaves;

/// Times that differ by no more than this count as equal: a decision takes some time and records the time at any
/// point.
const ONE_MOMENT: TimeDelta = TimeDelta::seconds(5);

/// The members of an event by path. Values may be personal data; they are only compared.
type Members = BTreeMap<String, Phi<String>>;

/// Compares the events of one append with the recorded ones. `again` is the append of a second run: members that
/// differ between both runs are random and are ignored.
pub(super) async fn compare(
    vault: &dyn Vault,
    taken: &Taken,
    again: Option<&Would>,
) -> Result<Vec<Fact>, VaultError> {
    let mut facts = vec![];
    for (n, new) in taken.would.events.iter().enumerate() {
        match taken.was.get(n) {
            None => facts.push(Fact::new(new.name, How::Added)),
            Some(old) if old.name != new.name => {
                facts.push(Fact::new(&old.name, How::Removed));
                facts.push(Fact::new(new.name, How::Added));
            }
            Some(old) => {
                let was = of_old(vault, old).await?;
                let would = of_new(&taken.would, new);
                let other = again.and_then(|again| Some(of_new(again, again.events.get(n)?)));
                let random = other.map(|other| differing(&other, &would)).unwrap_or_default();
                let members = differences(&was, &would, &random);
                if !members.is_empty() {
                    facts.push(Fact { members, ..Fact::new(new.name, How::Changed) });
                }
            }
        }
    }
    Ok(facts)
}

fn differences(was: &Members, would: &Members, random: &BTreeSet<String>) -> Vec<Difference> {
    let paths = differing(was, would).into_iter().filter(|path| !random.contains(path));
    let how = |path: &String| match (was.contains_key(path), would.contains_key(path)) {
        (false, _) => How::Added,
        (true, false) => How::Removed,
        (true, true) => How::Changed,
    };
    paths.map(|path| Difference { how: how(&path), path }).collect()
}

fn differing(one: &Members, other: &Members) -> BTreeSet<String> {
    // Older events do not contain the sent message.
    let is_known = |members: &Members| members.keys().any(|path| path.starts_with(SENT));
    let both_sent = is_known(one) && is_known(other);
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differ = |path: &&&String| match (one.get(**path), other.get(**path)) {
        (Some(one), Some(other)) => !is_same(one.reveal(), other.reveal()),
        (_, _) => both_sent || !path.starts_with(SENT),
    };
    paths.iter().filter(differ).map(|path| (*path).clone()).collect()
}

fn is_same(one: &str, other: &str) -> bool {
    let time = |text: &str| {
        let text: String = serde_json::from_str(text).ok()?;
        DateTime::parse_from_rfc3339(&text).ok()
    };
    one == other
        || time(one).zip(time(other)).is_some_and(|(one, other)| (one - other).abs() <= ONE_MOMENT)
}

/// Path prefix of the members of a sent message.
const SENT: &str = "message.";

async fn of_old(vault: &dyn Vault, event: &StoredEvent) -> Result<Members, VaultError> {
    let secret = match &event.envelope {
        Some(_) => match vault.open(event).await? {
            Opened::Plain(bytes) => Some(bytes),
            Opened::Erased => None,
        },
        None => None,
    };
    let mut members = members(&event.clear, secret.as_deref().map(Vec::as_slice));
    members.insert("stream".to_owned(), Phi::new(event.stream.to_string()));
    members.insert("subject".to_owned(), Phi::new(json!(event.subject).to_string()));
    Ok(members)
}

fn of_new(would: &Would, event: &NewEvent) -> Members {
    let mut members = members(&event.clear, event.secret.as_deref().map(Vec::as_slice));
    members.insert("stream".to_owned(), Phi::new(would.stream.to_string()));
    members.insert("subject".to_owned(), Phi::new(json!(would.subject).to_string()));
    members
}

fn members(clear: &[u8], secret: Option<&[u8]>) -> Members {
    let mut values = vec![];
    // The JSON format is `{"<stored name>": {…}}`.
    let named: BTreeMap<String, Value> = serde_json::from_slice(clear).unwrap_or_default();
    let mut clear = named.into_values().next().unwrap_or_default();
    if clear["sent"]["members"].is_array()
        && let Some(sent) = clear.as_object_mut().and_then(|event| event.remove("sent"))
    {
        tell_sent(&sent, &mut values);
    }
    // Earlier versions sent pages one after the other. What follows is decided from the recorded event.
    if let Some(event) = clear.as_object_mut() {
        event.remove("at_once");
    }
    leaves("$", &clear, &mut values);
    if let Some(secret) = secret {
        let secret: Value = serde_json::from_slice(secret).unwrap_or_default();
        leaves("confidential", &secret, &mut values);
    }
    values.into_iter().map(|(path, value)| (path, Phi::new(value))).collect()
}

/// The members of a sent message are stored as paths and hashes.
fn tell_sent(sent: &Value, values: &mut Vec<(String, String)>) {
    if let Some(target) = sent["target"].as_str() {
        values.push((format!("{SENT}target"), target.to_owned()));
    }
    for member in sent["members"].as_array().into_iter().flatten() {
        if let (Some(path), Some(hash)) = (member[0].as_str(), member[1].as_str()) {
            values.push((format!("{SENT}{}", path.trim_start_matches("$.")), hash.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(one: &Value, other: &Value) -> Vec<String> {
        let members = |value: &Value| members(json!({ "x": value }).to_string().as_bytes(), None);
        differing(&members(one), &members(other)).into_iter().collect()
    }

    #[test]
    fn times_are_one_within_a_moment() {
        let at = |second| json!({ "at": format!("2026-01-01T00:00:{second:02}Z"), "n": 1 });
        assert!(paths(&at(10), &at(14)).is_empty());
        assert_eq!(paths(&at(10), &at(16)), ["$.at"]);
    }

    #[test]
    fn sent_bodies_are_compared_member_by_member() {
        let sent = |hash| {
            let members = json!([["$.a.b", hash], ["$.c", "1"]]);
            json!({ "attempt": 1, "sent": { "target": "/x", "members": members } })
        };
        assert_eq!(paths(&sent("1"), &sent("2")), ["message.a.b"]);
        assert!(paths(&json!({ "attempt": 1 }), &sent("1")).is_empty());
    }
}
