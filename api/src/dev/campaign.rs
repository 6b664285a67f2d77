//! `hip sandbox campaign`: patients and hospitals use the system while faults are injected.
//!
//! Two nodes serve one facility on a primary PostgreSQL with a standby, behind a proxy that connects to either
//! node. Visits are pushed, linked, discovered, consented to, requested and revoked
//! continuously; a [`nemesis`] kills, stops, freezes and disconnects the nodes, and destroys the primary. At the end
//! everything runs again, and the [`verdict`] reports what was lost, doubled, leaked or late.
//!
//! A seed decides the order of the faults and what each patient does. It does not decide the exact timing,
//! which depends on the machine.

mod effects;
mod folder;
mod ledger;
mod nemesis;

mod scene;
mod story;
mod verdict;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::telemetry;

use folder::Folder;
use ledger::Ledger;
use scene::Scene;
use story::Storyteller;

/// Options of `hip sandbox campaign`.
#[derive(clap::Args)]
pub(crate) struct CampaignArgs {
    /// Seed for the order of the faults and the actions of each patient.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds for which faults are injected; then everything runs again and started work may finish.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(20..=86_400))]
    seconds: u64,
    /// Number of patients at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    patients: u64,
    /// Program of the second node, to test another version.
    #[arg(long, value_name = "PATH")]
    second_program: Option<PathBuf>,
    /// Print the verdict as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: CampaignArgs) -> anyhow::Result<ExitStatus> {
    let folder = Folder::create()?;
    telemetry::to_file(&folder.path().join("campaign.log"))?;
    if !options.json {
        print_error(&format!("files of this run are in {}", folder.path().display()));
    }
    let verdict = Box::pin(play(&options, folder.path())).await?;
    if options.json {
        print_json_line(&verdict);
    } else {
        print_line(&verdict.in_words());
    }
    let is_clean = verdict.is_clean();
    if !is_clean {
        let kept = folder.keep();
        print_error(&format!(
            "the logs of the nodes and the database are kept in {}",
            kept.display()
        ));
    }
    Ok(if is_clean { ExitStatus::Success } else { ExitStatus::Negative })
}

async fn play(options: &CampaignArgs, folder: &Path) -> anyhow::Result<verdict::Verdict> {
    let own = std::env::current_exe().context("this program has no path")?;
    let second = options.second_program.clone().unwrap_or_else(|| own.clone());
    let scene = Arc::new(Scene::start(folder, options.seed, [own, second]).await?);
    let ledger = Arc::new(Ledger::default());
    let (curtain, fallen) = watch::channel(false);
    let mut patients = JoinSet::new();
    for number in 0..options.patients {
        let teller = Storyteller {
            scene: Arc::clone(&scene),
            ledger: Arc::clone(&ledger),
            seed: options.seed,
            row: number,
        };
        patients.spawn(teller.until(fallen.clone()));
    }
    let supervisor = tokio::spawn({
        let scene = Arc::clone(&scene);
        async move { scene.keep_nodes_running().await }
    });
    let ends_at = Instant::now() + Duration::from_secs(options.seconds);
    let struck = nemesis::rage(&scene, options.seed, ends_at).await;
    scene.make_whole().await?;
    curtain.send_replace(true);
    while let Some(ended) = patients.join_next().await {
        ended?;
    }
    let verdict = verdict::of(&scene, &ledger, struck?).await;
    supervisor.abort();
    scene.stop().await;
    verdict
}
