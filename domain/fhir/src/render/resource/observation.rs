//! What was measured or seen.

use serde_json::Value;

use super::{nested, notes};
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::words::{any_time, concept, each, range, text, value};

pub(super) fn observation<'v>(
    view: View<'_, 'v>,
    observation: &'v Value,
    depth: usize,
) -> Card<'v> {
    let list = |name: &str| observation[name].as_array().map_or(&[][..], Vec::as_slice);
    let (members, parts) = (list("hasMember"), list("component"));
    let status = text(&observation["status"]).filter(|status| status != "final");
    let mut card = Card::new(concept(&observation["code"]));
    // A panel need not have a value of its own.
    let value = value(observation);
    if value.is_some() || (members.is_empty() && parts.is_empty()) {
        card = card.wanted("Value", value);
    }
    card.wanted("Date", any_time(observation, "effective"))
        .extra("Status", status)
        .extra("Verdict", each(&observation["interpretation"], concept))
        .extra("Normal", each(&observation["referenceRange"], range))
        .extra("Body site", concept(&observation["bodySite"]))
        .extra("Method", concept(&observation["method"]))
        .extra("Note", notes(observation))
        .with(parts.iter().map(part))
        .with(members.iter().map(|member| nested(view, member, depth + 1)))
}

fn part(part: &Value) -> Card<'_> {
    Card::new(concept(&part["code"]))
        .wanted("Value", value(part))
        .extra("Verdict", each(&part["interpretation"], concept))
        .extra("Normal", each(&part["referenceRange"], range))
}
