//! `hip erase`: destroys a patient's keys and deletes all stored data.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::cli::common::person_args::PersonArgs;
use crate::cli::common::server::Server;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Maximum wait for every store to delete the data.
const PATIENCE: Duration = Duration::from_secs(600);

/// Options of `hip erase`.
#[derive(clap::Args)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// Reason. It stays in the log, so it must not identify a person.
    #[arg(long, required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Show what would be destroyed, and change nothing. Messages that contain the patient's data but were never
    /// matched
    /// are searched only in the real run, and are added then.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object for each match: a patient has a separate record at each facility.
    #[arg(long)]
    json: bool,
}

/// Asks a running server, and waits until all data is deleted. Negative: no such patient, or a retention rule
/// applies.
pub(crate) async fn run(options: EraseArgs) -> anyhow::Result<ExitStatus> {
    let wish = json!({ "reason": options.reason, "dryRun": options.dry_run });
    let Some(decisions) = options.person.ask("/v1/erasures", wish).await? else {
        return Ok(ExitStatus::Negative);
    };
    let mut answer = ExitStatus::Success;
    for decision in &decisions {
        if decision["state"] == "refused" {
            answer = ExitStatus::Negative;
        }
        let outcome = if options.dry_run || decision["state"] == "refused" {
            decision.clone()
        } else {
            settled(&options.person.server, decision).await?
        };
        if options.json {
            print_json_line(&outcome);
        } else {
            tell(decision, &outcome, options.dry_run);
        }
    }
    Ok(answer)
}

/// Waits until every store has deleted the data.
async fn settled(server: &Server, decision: &Value) -> anyhow::Result<Value> {
    let id = decision["id"].as_str().context("the server answered something else")?;
    let begun_at = Instant::now();
    loop {
        let (status, shown) = server.send(server.get(&format!("/v1/erasures/{id}"))?).await?;
        if shown["state"] == "purged" {
            return Ok(shown);
        }
        if begun_at.elapsed() > PATIENCE {
            let state = shown["state"].as_str().unwrap_or("unknown");
            bail!("the erasure is {state} ({status}); it goes on, ask again with the same command");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn tell(decision: &Value, outcome: &Value, is_dry: bool) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, facility) = (text(&decision["id"]), text(&decision["facilityId"]));
    let ground = &decision["ground"];
    if !ground.is_null() {
        print_error(&format!(
            "{facility}: {id} must be kept until {}, as {}: {}",
            text(&ground["until"]),
            text(&ground["class"]),
            text(&ground["legalGround"]),
        ));
        return;
    }
    let held = &decision["holdings"];
    let counts = [
        ("keys", "keys"),
        ("visits", "visits"),
        ("careContexts", "care contexts"),
        ("consents", "consents"),
        ("discoveries", "discoveries"),
        ("userLinks", "links of their own"),
    ];
    let counts = counts.map(|(name, words)| format!("{} {words}", held[name]));
    let what = counts.join(", ");
    if is_dry {
        print_line(&format!("{facility}: {id} would be erased: {what}"));
    } else {
        print_line(&format!(
            "{facility}: {id} is erased, {} keys destroyed: {what}",
            outcome["keysDestroyed"]
        ));
    }
}
