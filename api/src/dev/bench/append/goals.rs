//! G1 to G5: the goals of the log.

use super::case::{CEILING, Case, State};
use super::rounds::Round;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::measured::Measured;
use crate::dev::bench::sample::Spread;

use Bound::{AtLeast, AtMost};
use State::{Cached, Loaded};

pub(super) fn judge(rounds: &[Round]) -> Vec<Goal> {
    let over = |value: &dyn Fn(&Round) -> Option<f64>| {
        Spread::of(rounds.iter().filter_map(value)).map(|spread| spread.median)
    };
    let mut goals = Vec::new();
    for (state, limit) in [(Loaded, 0.8), (Cached, 1.2)] {
        let what = format!("events/s, {} at 128, to C32", word(state));
        let measured = over(&|round| rate_to(round, own(state, 128, 1), CEILING));
        goals.push(Goal::new("G1", what, AtLeast(limit), measured));
    }
    let measured = over(&|round| rate_to(round, own(Cached, 128, 5), CEILING));
    let what = "events/s, cached at 128, 5 events a command, to C32";
    goals.push(Goal::new("G2", what, AtLeast(2.0), measured));
    for (state, limit) in [(Cached, 1.4), (Loaded, 2.5)] {
        let what = format!("processor time a command, {} at 128, to the ceiling's", word(state));
        let measured = over(&|round| Some(cpu(round, own(state, 128, 1))? / cpu(round, CEILING)?));
        goals.push(Goal::new("G3", what, AtMost(limit), measured));
    }
    for state in [Cached, Loaded] {
        let what =
            format!("processor time a command, {} at 128, to cqrs-es at its best", word(state));
        let measured = over(&|round| {
            Some(cpu(round, own(state, 128, 1))? / least(reference(round, |it| it.cpu_us))?)
        });
        goals.push(Goal::new("G3", what, AtMost(0.4), measured));
    }
    let what = "events/s, best to best of cqrs-es, one event a command";
    let measured = over(&|round| {
        let best = most(own_rates(round))?;
        Some(best / most(reference(round, |it| Some(it.events_per_s)))?)
    });
    goals.push(Goal::new("G4", what, AtLeast(2.5), measured));
    goals.extend([Cached, Loaded].into_iter().flat_map(|state| latency(state, over)));
    goals
}

/// G5: latencies. One commit time is the median latency of one client of pgbench.
fn latency(
    state: State,
    over: impl Fn(&dyn Fn(&Round) -> Option<f64>) -> Option<f64>,
) -> [Goal; 3] {
    let commits = |round: &Round, of: fn(&Measured) -> Option<f64>| {
        Some(of(round.get(own(state, 8, 1))?)? / round.get(ALONE)?.p50_ms?)
    };
    let word = word(state);
    [
        Goal::new(
            "G5",
            format!("p50 of {word} at 8, in commit times"),
            AtMost(2.2),
            over(&|round| commits(round, |it| it.p50_ms)),
        ),
        Goal::new(
            "G5",
            format!("p99 of {word} at 8, in commit times"),
            AtMost(6.0),
            over(&|round| commits(round, |it| it.p99_ms)),
        ),
        Goal::new(
            "G5",
            format!("events/s, {word} at 1, to one client of the ceiling"),
            AtLeast(0.9),
            over(&|round| rate_to(round, own(state, 1, 1), ALONE)),
        ),
    ]
}

/// pgbench with one client.
pub(super) const ALONE: Case = Case::Ceiling { in_flight: 1 };

const fn own(state: State, in_flight: u32, events: u32) -> Case {
    Case::Own { state, in_flight, events }
}

const fn word(state: State) -> &'static str {
    match state {
        Loaded => "loaded",
        Cached => "cached",
    }
}

pub(super) fn rate_to(round: &Round, case: Case, base: Case) -> Option<f64> {
    Some(round.get(case)?.events_per_s / round.get(base)?.events_per_s)
}

fn cpu(round: &Round, case: Case) -> Option<f64> {
    round.get(case)?.cpu_us
}

fn own_rates(round: &Round) -> impl Iterator<Item = f64> {
    let cases = [1, 8, 32, 128].into_iter().flat_map(|n| [own(Loaded, n, 1), own(Cached, n, 1)]);
    cases.filter_map(|case| Some(round.get(case)?.events_per_s))
}

fn reference(round: &Round, of: fn(&Measured) -> Option<f64>) -> impl Iterator<Item = f64> {
    let cases = [1, 8, 32].map(|in_flight| Case::Reference { in_flight, events: 1 });
    cases.into_iter().filter_map(move |case| of(round.get(case)?))
}

fn most(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.max_by(f64::total_cmp)
}

fn least(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.min_by(f64::total_cmp)
}
