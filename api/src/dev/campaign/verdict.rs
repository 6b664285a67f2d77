//! Result of a campaign: all promises, compared with the log and with the simulator's records.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::postgres;
use hip_infra::postgres::event_store::{Scope, verify};
use hip_infra::postgres::queries::missing_tasks::{MissingTask, check};
use hip_infra::subscription::projection_status;
use serde::Serialize;
use sqlx::PgPool;

use super::effects::Effects;
use super::ledger::{Acknowledged, Ledger};
use super::nemesis::Struck;
use super::scene::{PATIENCE, Scene};

/// A run is clean if every list is empty, every node stopped in time, and the hash chain is intact.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict {
    /// Number of faults by kind.
    blows: BTreeMap<&'static str, u32>,
    /// Nodes that ended by themselves, for example by the watchdog, and were restarted.
    ended_by_themselves: u32,
    visits: usize,
    transfers_asked: u64,
    transfers_whole: u64,
    revoked: u64,
    /// Acknowledged visits that are not in the log or not linked.
    lost: Vec<String>,
    /// Number of items checked for double effects, by operation.
    compared: BTreeMap<&'static str, usize>,
    /// Items with double effects.
    doubled: Vec<String>,
    /// Records that were sent without a consent, or after its end was acknowledged.
    leaked: Vec<String>,
    /// Other violations of the contract.
    violations: Vec<String>,
    /// Requests without the right answer.
    unanswered: Vec<String>,
    /// Dead letters and parked events.
    given_up: Vec<String>,
    /// How often a node was asked to stop and did not stop in time.
    late_ends: u32,
    is_chain_whole: bool,
    /// Time from the end of the last flow until all work was done, in ms; `None` if it was never done.
    settled_after_ms: Option<u64>,
}

impl Verdict {
    pub(super) fn is_clean(&self) -> bool {
        let lists = [
            &self.lost,
            &self.doubled,
            &self.leaked,
            &self.violations,
            &self.unanswered,
            &self.given_up,
        ];
        lists.iter().all(|list| list.is_empty()) && self.late_ends == 0 && self.is_chain_whole
    }

    /// A table, with the first errors below it.
    pub(super) fn in_words(&self) -> String {
        let mut text = String::new();
        for (blow, count) in &self.blows {
            line(&mut text, blow, count);
        }
        line(&mut text, "nodes that ended by themselves", self.ended_by_themselves);
        text.push('\n');
        line(&mut text, "visits acknowledged", self.visits);
        line(&mut text, "transfers asked for", self.transfers_asked);
        line(&mut text, "transfers received whole", self.transfers_whole);
        line(&mut text, "consents revoked", self.revoked);
        text.push('\n');
        let lists = [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("leaked, or late after a revocation", &self.leaked),
            ("other rules broken", &self.violations),
            ("unanswered", &self.unanswered),
            ("given up or put aside", &self.given_up),
        ];
        for (name, list) in lists {
            line(&mut text, name, list.len());
        }
        line(&mut text, "nodes that did not end in time", self.late_ends);
        line(&mut text, "chain", if self.is_chain_whole { "whole" } else { "broken" });
        let settled = self.settled_after_ms.map_or("never".to_owned(), |ms| format!("{ms} ms"));
        line(&mut text, "settled after", settled);
        for (name, list) in lists {
            for what in list.iter().take(10) {
                let _ = write!(text, "\n{name}: {what}");
            }
        }
        text
    }
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "{name:<36} {value:>8}");
}

/// Waits until all work is done, then checks.
pub(super) async fn of(scene: &Scene, ledger: &Ledger, struck: Struck) -> anyhow::Result<Verdict> {
    let pool = postgres::connect(&scene.database_url().await?, 2).await?;
    let settled_after = settle(&pool).await?;
    let mut entries = ledger.entries();
    if settled_after.is_none() {
        entries.unanswered.push("there is still something to be done".to_owned());
    }
    let journal = scene.sandbox.journal().snapshot();
    let (leaked, violations) = scene
        .sandbox
        .violations()
        .into_iter()
        .map(|violation| violation.rule)
        .partition(|rule| rule.starts_with("a page came"));
    let Effects { compared, twice: mut doubled } = Effects::of(journal.iter().map(AsRef::as_ref));
    doubled.extend(events_that_came_twice(&pool).await?);
    let report = Box::pin(verify(&pool, Scope::CHAIN, |_| {})).await?;
    Ok(Verdict {
        blows: struck.counts.iter().map(|(blow, count)| (blow.as_str(), *count)).collect(),
        ended_by_themselves: scene
            .nodes
            .iter()
            .map(crate::dev::node::Node::ended_by_itself_count)
            .sum(),
        visits: entries.visits.len(),
        transfers_asked: entries.transfers_asked,
        transfers_whole: entries.transfers_whole,
        revoked: entries.revoked,
        lost: lost(scene, &pool, &entries.visits).await?,
        compared,
        doubled,
        leaked,
        violations,
        unanswered: entries.unanswered,
        given_up: given_up(&pool).await?,
        late_ends: struck.late_ends,
        is_chain_whole: report.broken.is_none(),
        settled_after_ms: settled_after.and_then(|time| u64::try_from(time.as_millis()).ok()),
    })
}

/// Waits until all work is done; returns the time it took, or `None` after the time limit.
async fn settle(pool: &PgPool) -> anyhow::Result<Option<Duration>> {
    let begun_at = Instant::now();
    loop {
        if projection_status::is_settled(pool).await? {
            return Ok(Some(begun_at.elapsed()));
        }
        if begun_at.elapsed() > PATIENCE {
            return Ok(None);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn lost(
    scene: &Scene,
    pool: &PgPool,
    visits: &[Acknowledged],
) -> anyhow::Result<Vec<String>> {
    let known: Vec<String> =
        sqlx::query_scalar("SELECT visit_code FROM hip.visit").fetch_all(pool).await?;
    let known: BTreeSet<String> = known.into_iter().collect();
    let mut lost = vec![];
    for visit in visits {
        let code = &visit.visit_code;
        if !known.contains(code) {
            lost.push(format!("visit {code} is not in the log"));
        }
        let linked = scene.sandbox.phr().linked(&visit.abha_address);
        if !linked.iter().any(|context| context.care_context_reference == *code) {
            lost.push(format!("visit {code} is not linked"));
        }
    }
    Ok(lost)
}

/// Finds events that a stream may have only once.
async fn events_that_came_twice(pool: &PgPool) -> anyhow::Result<Vec<String>> {
    let twice: Vec<(String, i64)> = sqlx::query_as(
        "SELECT event_type, count(*) FROM es.event \
          WHERE event_type IN ('visit.recorded', 'visit.linked', 'visit.bundles_built', 'care_context.linked', \
                               'consent.granted', 'transfer.accepted', 'transfer.completed') \
          GROUP BY stream_id, event_type HAVING count(*) > 1",
    )
    .fetch_all(pool)
    .await?;
    Ok(twice
        .into_iter()
        .map(|(name, count)| format!("{name} of one stream: {count} times"))
        .collect())
}

async fn given_up(pool: &PgPool) -> anyhow::Result<Vec<String>> {
    let dead: Vec<String> = sqlx::query_scalar(
        "SELECT kind || ': ' || coalesce(last_error, 'no reason') FROM es.outbox WHERE state = 'dead'",
    )
    .fetch_all(pool)
    .await?;
    let aside: i64 = sqlx::query_scalar("SELECT count(*) FROM es.parked").fetch_one(pool).await?;
    let aside = (aside > 0).then(|| format!("{aside} events are put aside"));
    let checked = check(pool, SystemClock.now(), false).await?;
    let never = |task: MissingTask| format!("{} after {}: never stored", task.kind, task.event);
    let missing = checked.missing.into_iter().map(never);
    Ok(dead.into_iter().chain(aside).chain(missing).collect())
}
