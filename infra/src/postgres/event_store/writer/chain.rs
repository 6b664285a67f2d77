//! The versions and chains of the streams of a call, from the heads that this process remembers.

use std::collections::{BTreeMap, HashMap, HashSet};

use hip_domain::stream::StreamId;
use hip_proof::{Hash, genesis, link};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::batch::{Command, Queued};

/// Maximum number of streams whose heads are remembered.
const HEAD_COUNT_MAX: u64 = 16_384;

/// Newest version of a stream and the head of its chain. Version 0: it does not exist, and its chain is empty.
pub(super) type StreamHead = (i64, Hash);

/// Heads that were read just now.
pub(super) type ReadHeads = HashMap<StreamId, StreamHead>;

/// The heads of streams, as they were last seen. Each call checks those that it builds on.
pub(super) struct StreamHeads(Cache<StreamId, StreamHead>);

impl Default for StreamHeads {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(HEAD_COUNT_MAX)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl StreamHeads {
    pub(super) fn remember(&self, stream: &StreamId, head: StreamHead) {
        self.0.insert(stream.clone(), head);
    }

    pub(super) fn forget(&self, stream: &StreamId) {
        self.0.invalidate(stream);
    }

    /// The streams of these groups whose heads must be read. Those that are said to be new are not.
    pub(super) fn unknown<'a>(&self, groups: &[&'a Queued]) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        let commands = groups.iter().flat_map(|queued| &queued.group.commands);
        let first = commands.filter(|command| seen.insert(&command.stream));
        let is_unknown =
            |command: &&Command| command.expected != 0 && !self.0.contains_key(&command.stream);
        first.filter(is_unknown).map(|command| command.stream.as_str()).collect()
    }

    /// The head on which the first command of a stream builds. If it expects another version than the remembered one,
    /// that of its expectation, which the call will refuse.
    fn before(&self, command: &Command, read: &ReadHeads) -> StreamHead {
        let known = read.get(&command.stream).copied().or_else(|| self.0.get(&command.stream));
        match (command.expected, known) {
            (-1, Some(head)) => head,
            (expected, Some(head)) if head.0 == expected => head,
            (-1 | 0, _) => (0, genesis(command.stream.as_str())),
            (expected, _) => (expected, [0; 32]),
        }
    }
}

/// A stream of a call.
pub(super) struct ChainedStream<'a> {
    pub(super) command: &'a Command,
    pub(super) before: StreamHead,
    pub(super) after: StreamHead,
    /// Place among the streams of the call, which are sorted.
    place: usize,
}

/// Version, hash and stream of each event of a call, in the order of their positions.
pub(super) struct ChainedEvent {
    pub(super) stream: usize,
    pub(super) version: i64,
    pub(super) hash: Hash,
}

/// A command of a call: its stream, the version that it reaches, and the number of events up to its last.
pub(super) struct ChainedCommand {
    pub(super) stream: usize,
    pub(super) version: i64,
    pub(super) last: usize,
}

/// The streams, commands and events of a call.
pub(super) struct Chained<'a> {
    pub(super) streams: Vec<ChainedStream<'a>>,
    pub(super) commands: Vec<ChainedCommand>,
    pub(super) events: Vec<ChainedEvent>,
    /// The groups in which a later command of a stream expects another version than the one before it reaches: with
    /// that version.
    pub(super) broken: Vec<(usize, i64)>,
}

impl<'a> Chained<'a> {
    /// Chains the groups, in order; `read` are heads that were read for this call.
    pub(super) fn of(groups: &[&'a Queued], heads: &StreamHeads, read: &ReadHeads) -> Self {
        let mut streams: BTreeMap<&str, ChainedStream<'_>> = BTreeMap::new();
        for command in groups.iter().flat_map(|queued| &queued.group.commands) {
            streams.entry(command.stream.as_str()).or_insert_with(|| {
                let before = heads.before(command, read);
                ChainedStream { command, before, after: before, place: 0 }
            });
        }
        for (place, stream) in streams.values_mut().enumerate() {
            stream.place = place;
        }
        let (mut commands, mut events, mut broken) = (vec![], vec![], vec![]);
        for (number, queued) in groups.iter().enumerate() {
            for command in &queued.group.commands {
                let Some(stream) = streams.get_mut(command.stream.as_str()) else { continue };
                let (mut version, mut hash) = stream.after;
                if command.expected >= 0 && command.expected != version {
                    broken.push((number, version));
                }
                for event in &command.events {
                    version += 1;
                    hash = link(&hash, version, &event.digest);
                    events.push(ChainedEvent { stream: stream.place, version, hash });
                }
                stream.after = (version, hash);
                let last = events.len();
                commands.push(ChainedCommand { stream: stream.place, version, last });
            }
        }
        Self { streams: streams.into_values().collect(), commands, events, broken }
    }

    /// Remembers what the streams became.
    pub(super) fn remember(&self, heads: &StreamHeads) {
        for stream in &self.streams {
            heads.remember(&stream.command.stream, stream.after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::tests::{command, queued};
    use super::*;
    use crate::postgres::event_store::pending::tests::event;

    fn with_events(stream: &str, expected: i64, count: usize) -> Command {
        let events = (0..count).map(|_| event(1)).collect();
        Command { events, ..command(stream, "k", expected) }
    }

    #[test]
    fn several_commands_of_a_stream_make_one_chain() {
        let group =
            queued(vec![with_events("b", 0, 2), with_events("a", 0, 1), with_events("b", 2, 1)]);
        let chained = Chained::of(&[&group], &StreamHeads::default(), &ReadHeads::new());
        let names: Vec<&str> =
            chained.streams.iter().map(|one| one.command.stream.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let events: Vec<_> = chained.events.iter().map(|one| (one.stream, one.version)).collect();
        assert_eq!(events, [(1, 1), (1, 2), (0, 1), (1, 3)]);
        let lasts: Vec<_> = chained.commands.iter().map(|one| (one.version, one.last)).collect();
        assert_eq!(lasts, [(2, 2), (1, 3), (3, 4)]);
        let digest = event(1).digest;
        let hash = (1..=3).fold(genesis("b"), |hash, version| link(&hash, version, &digest));
        assert_eq!(chained.streams[1].after, (3, hash));
        assert!(chained.broken.is_empty());
    }

    #[test]
    fn a_remembered_head_is_built_on_if_it_is_the_expected_one() {
        let heads = StreamHeads::default();
        heads.remember(&StreamId::stored("a"), (5, [7; 32]));
        let before = |expected| {
            let group = queued(vec![with_events("a", expected, 1)]);
            Chained::of(&[&group], &heads, &ReadHeads::new()).streams[0].before
        };
        assert_eq!(before(5), (5, [7; 32]));
        assert_eq!(before(-1), (5, [7; 32]));
        assert_eq!(before(4).0, 4, "the call will refuse it");
        assert_eq!(before(0), (0, genesis("a")));
        heads.forget(&StreamId::stored("a"));
        assert_eq!(before(-1), (0, genesis("a")), "it does not exist");
    }

    #[test]
    fn a_group_that_contradicts_itself_is_broken() {
        let group = queued(vec![with_events("a", 0, 2), with_events("a", 1, 1)]);
        assert_eq!(
            Chained::of(&[&group], &StreamHeads::default(), &ReadHeads::new()).broken,
            [(0, 2)]
        );
    }

    #[test]
    fn heads_are_read_of_streams_that_exist_and_are_not_remembered() {
        let heads = StreamHeads::default();
        heads.remember(&StreamId::stored("b"), (1, [0; 32]));
        let commands = ["a", "b", "c", "a"].map(|name| with_events(name, 1, 1));
        let (group, new) = (queued(commands.into()), queued(vec![with_events("d", 0, 1)]));
        assert_eq!(heads.unknown(&[&group, &new]), ["a", "c"]);
    }
}
