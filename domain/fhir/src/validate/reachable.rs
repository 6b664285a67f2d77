//! A reader starts at the Composition; what no reference leads to will not be shown.

use super::entries::Entries;
use super::finding::{Layer, Severity};
use super::report::{Note, Report};

/// Which entry points at which.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) edges: Vec<(u32, u32)>,
    is_seen: Vec<bool>,
    open: Vec<u32>,
}

impl Graph {
    pub(super) fn clear(&mut self) {
        self.edges.clear();
    }

    /// Lets the links of some entries lead the other way, too.
    fn reverse(&mut self, from_these: impl Fn(u32) -> bool) {
        for place in 0..self.edges.len() {
            let (from, to) = self.edges[place];
            if from_these(from) {
                self.edges.push((to, from));
            }
        }
    }

    /// Marks all that can be reached from the first entry.
    fn spread(&mut self, count: usize) {
        let Self { edges, is_seen, open } = self;
        edges.sort_unstable();
        is_seen.clear();
        is_seen.resize(count, false);
        open.clear();
        open.push(0);
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut is_seen[index as usize], true) {
                continue;
            }
            let first = edges.partition_point(|(from, _)| *from < index);
            let own = edges[first..].iter().take_while(|(from, _)| *from == index);
            open.extend(own.map(|(_, to)| *to));
        }
    }
}

pub(super) fn check(entries: &Entries<'_>, graph: &mut Graph, report: &mut Report) {
    if entries.list.first().is_none_or(|first| first.kind != "Composition") {
        return;
    }
    // Provenance is the one that points at what it belongs to, not the other way round.
    let is_provenance = |index: u32| {
        entries.list.get(index as usize).is_some_and(|entry| entry.kind == "Provenance")
    };
    graph.reverse(is_provenance);
    graph.spread(entries.list.len());
    if graph.is_seen.iter().all(|is_seen| *is_seen) {
        return;
    }
    let is_led_to = std::mem::take(&mut graph.is_seen);
    graph.reverse(|_| true);
    graph.spread(entries.list.len());
    let found = is_led_to.iter().zip(&graph.is_seen);
    for (entry, (is_led_to, is_joined)) in entries.list.iter().zip(found) {
        let (severity, message) = match (is_led_to, is_joined) {
            (true, _) => continue,
            (false, true) => {
                (Severity::Warning, "no reference leads from the Composition to this entry")
            }
            (false, false) => (
                Severity::Error,
                "no reference joins this entry to the Composition, in either direction",
            ),
        };
        let note = Note::new("reachable", message, "list it in a section, or leave it out");
        report.add(severity, Layer::Fhir, entry.at.into(), note);
    }
}
