//! Measures round by round: each round measures everything once, in a rotating order.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::BenchAppendArgs;
use super::case::{CEILING, Case, groups};
use super::own::Own;
use super::reference::Reference;
use crate::dev::bench::ceiling::Ceiling;
use crate::dev::bench::cpu::ServerCpu;
use crate::dev::bench::measured::Measured;
use crate::dev::bench::server::Server;

/// The systems that are compared.
pub(super) struct Subjects {
    ceiling: Ceiling,
    /// `None` if its program is missing.
    reference: Option<Reference>,
    own: Own,
    _keys: tempfile::TempDir,
}

/// Results of one round.
#[derive(Serialize)]
pub(super) struct Round(Vec<Entry>);

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    case: Case,
    #[serde(flatten)]
    measured: Measured,
}

impl Round {
    pub(super) fn get(&self, case: Case) -> Option<&Measured> {
        self.0.iter().find(|entry| entry.case == case).map(|entry| &entry.measured)
    }
}

impl Subjects {
    pub(super) async fn prepare(server: &Server) -> anyhow::Result<Self> {
        let cpu = ServerCpu::find(&server.admin).await?;
        let keys = tempfile::tempdir()?;
        Ok(Self {
            ceiling: Ceiling::prepare(&server.ceiling, cpu).await?,
            reference: Reference::find(&server.reference, cpu),
            own: Own::prepare(&server.own, keys.path(), cpu).await?,
            _keys: keys,
        })
    }

    pub(super) const fn has_reference(&self) -> bool {
        self.reference.is_some()
    }

    async fn measure(
        &self,
        case: Case,
        options: &BenchAppendArgs,
    ) -> anyhow::Result<Option<Measured>> {
        let BenchAppendArgs { seconds, streams, .. } = *options;
        Ok(Some(match case {
            Case::Ceiling { in_flight } => self.ceiling.measure(in_flight, seconds).await?,
            Case::Reference { in_flight, events } => match &self.reference {
                Some(reference) => reference.measure(in_flight, events, streams, seconds).await?,
                None => return Ok(None),
            },
            Case::Own { state, in_flight, events } => {
                self.own.measure(state, in_flight, events, streams, seconds).await?
            }
        }))
    }
}

pub(super) async fn measure(
    server: &Server,
    subjects: &Subjects,
    options: &BenchAppendArgs,
) -> anyhow::Result<Vec<Round>> {
    let is_wanted = |case: &Case| {
        *case == CEILING || options.only.as_ref().is_none_or(|only| case.to_string().contains(only))
    };
    let per_round = groups().iter().flatten().filter(|case| is_wanted(case)).count();
    let bar = ProgressBar::new(u64::from(options.rounds) * per_round as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}  ({eta} left)")?);
    bar.enable_steady_tick(Duration::from_secs(1));
    let mut rounds = Vec::new();
    for first in 0..options.rounds as usize {
        server.checkpoint().await;
        let mut groups = groups();
        groups.rotate_left(first % 3);
        let mut round = Round(Vec::new());
        for case in groups.into_iter().flatten().filter(is_wanted) {
            bar.set_message(format!("round {}: {case}", first + 1));
            if let Some(measured) = subjects.measure(case, options).await? {
                round.0.push(Entry { case, measured });
            }
            bar.inc(1);
        }
        rounds.push(round);
    }
    bar.finish_and_clear();
    Ok(rounds)
}
