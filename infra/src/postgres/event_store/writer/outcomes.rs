//! What a call means for each of its groups.

use std::collections::HashSet;

use super::batch::{Ended, Outcome, Queued};
use super::call::{End, Refused};
use super::chain::Chained;

/// The tasks that a call ends, in the order of their keys.
pub(super) fn ends_of<'a>(groups: &[&'a Queued], ended: &'a [Ended]) -> Vec<End<'a>> {
    let alone = ended.iter().map(|ended| End { ended, group: None });
    let of_groups = groups.iter().enumerate().filter_map(|(number, queued)| {
        Some(End { ended: queued.group.end.as_ref()?, group: Some(number) })
    });
    let mut ends: Vec<_> = alone.chain(of_groups).collect();
    ends.sort_by(|a, b| a.ended.dedupe.cmp(&b.ended.dedupe));
    ends
}

/// Every group was stored, after the position `base`.
pub(super) fn stored(
    chained: &Chained<'_>,
    base: i64,
    groups: &[&Queued],
    outcomes: &mut [Option<Outcome>],
) {
    let mut commands = chained.commands.iter();
    for (queued, outcome) in groups.iter().zip(outcomes) {
        let reached = commands.by_ref().take(queued.group.commands.len()).map(|command| {
            (command.version, base + i64::try_from(command.last).expect("a call is bounded"))
        });
        *outcome = Some(Outcome::Stored(reached.collect()));
    }
}

/// The outcomes of those groups that cannot be stored.
pub(super) fn refusals(
    refused: &Refused,
    chained: &Chained<'_>,
    groups: &[&Queued],
    ends: &[End<'_>],
    outcomes: &mut [Option<Outcome>],
) {
    for place in &refused.lost {
        if let Some(group) = ends[*place].group {
            outcomes[group] = Some(Outcome::Lost);
        }
    }
    let mut place = 0;
    for (queued, outcome) in groups.iter().zip(outcomes) {
        let mut is_first_of = HashSet::new();
        for command in &queued.group.commands {
            let known = refused.known.iter().find(|(known, ..)| *known == place);
            let stream = chained.commands[place].stream;
            let stale = refused.stale.iter().find(|(stale, _)| *stale == stream);
            place += 1;
            if let Some((_, version, answered)) = known {
                let same_stream = answered == command.stream.as_str();
                *outcome = Some(Outcome::Known { version: *version, same_stream });
            } else if outcome.is_none()
                && is_first_of.insert(stream)
                && let Some((_, (version, _))) = stale
                && command.expected >= 0
                && command.expected != *version
            {
                *outcome = Some(Outcome::Conflict { version: *version });
            }
        }
    }
}
