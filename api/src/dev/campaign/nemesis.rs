//! Injects faults, one after the other, in an order decided by the seed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::scene::{NODE_COUNT, Scene};

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blow {
    /// A node is killed and restarted.
    Kill,
    /// A node is asked to stop, and restarted.
    Stop,
    /// A node is suspended, and resumed.
    Freeze,
    /// A node's connections to the database go silent; later, new ones work.
    Cut,
    /// A node's existing connections go silent; new ones work.
    HalfOpen,
    /// The primary is killed, and its standby promoted.
    Promote,
}

const BLOWS: [Blow; 6] =
    [Blow::Kill, Blow::Stop, Blow::Freeze, Blow::Cut, Blow::HalfOpen, Blow::Promote];

impl Blow {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Stop => "stop",
            Self::Freeze => "freeze",
            Self::Cut => "cut",
            Self::HalfOpen => "half-open",
            Self::Promote => "promote",
        }
    }
}

/// The injected faults.
#[derive(Default)]
pub(super) struct Struck {
    /// Number of faults by kind.
    pub(super) counts: BTreeMap<Blow, u32>,
    /// How often a node was asked to stop and did not stop in time.
    pub(super) late_ends: u32,
}

/// Injects faults until the end time, and until every kind has occurred. Every kind occurs before any is repeated.
pub(super) async fn rage(scene: &Scene, seed: u64, ends_at: Instant) -> anyhow::Result<Struck> {
    let mut draw = StdRng::seed_from_u64(seed);
    let mut struck = Struck::default();
    let mut bag: Vec<Blow> = vec![];
    loop {
        pause(&mut draw, 1_000..4_000).await;
        if Instant::now() >= ends_at && struck.counts.len() == BLOWS.len() {
            return Ok(struck);
        }
        let Some(blow) = bag.pop() else {
            bag.extend(BLOWS);
            bag.shuffle(&mut draw);
            continue;
        };
        let target = draw.random_range(0..NODE_COUNT);
        tracing::info!(blow = blow.as_str(), node = target, "a blow");
        inject(scene, blow, target, &mut draw, &mut struck).await?;
        *struck.counts.entry(blow).or_default() += 1;
    }
}

async fn inject(
    scene: &Scene,
    blow: Blow,
    target: usize,
    draw: &mut StdRng,
    struck: &mut Struck,
) -> anyhow::Result<()> {
    let (node, wire) = (&scene.nodes[target], &scene.wires[target]);
    match blow {
        Blow::Kill => {
            node.kill();
            pause(draw, 0..2_000).await;
            node.start()?;
        }
        Blow::Stop => {
            if !node.stop().await {
                struck.late_ends += 1;
            }
            pause(draw, 0..1_000).await;
            node.start()?;
        }
        Blow::Freeze => {
            node.freeze();
            pause(draw, 1_000..8_000).await;
            node.thaw();
        }
        Blow::Cut => {
            wire.silence_all();
            pause(draw, 1_000..8_000).await;
            wire.silence_existing();
        }
        Blow::HalfOpen => wire.silence_existing(),
        Blow::Promote => scene.lose_the_primary().await?,
    }
    Ok(())
}

async fn pause(draw: &mut StdRng, millis: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(draw.random_range(millis))).await;
}
