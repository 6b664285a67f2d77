//! `hip replay`, `hip replay tasks list|show|pause|resume|cancel|stop-all|allow-all`, `hip replay shadow`.

mod shadow;

use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use serde_json::{Value, json};

use super::common::server::{Server, refused};
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Replay what failed.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ReplayArgs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    which: Option<SelectionArgs>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    server: Option<Server>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Replay orders and their progress.
    #[command(subcommand)]
    Tasks(TaskCommand),
    /// Replay a period's messages with the current code and configuration, and compare. Writes
    /// nothing to the log and sends nothing. Exit 1 if anything would differ.
    Shadow(shadow::ReplayShadowArgs),
}

/// Selection; all given conditions must be met.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct SelectionArgs {
    /// Received, or planned, at this time or later (RFC 3339).
    #[arg(long)]
    since: Option<String>,
    /// Before this time.
    #[arg(long)]
    until: Option<String>,
    /// Dead letters with this cause, as `hip callbacks dead` names it.
    #[arg(long)]
    cause: Option<String>,
    /// Further conditions: facility=…, kind=…, status=…, direction=callback or call.
    #[arg(long = "where", value_parser = condition)]
    conditions: Vec<(String, String)>,
}

/// Options of a replay.
#[derive(clap::Args)]
pub(super) struct How {
    /// Which calls may be sent: projections (none), safe (never sent, possibly lost, or refused) or
    /// all (also answers that the peer accepted).
    #[arg(long, default_value = "safe")]
    policy: String,
    /// Only show the calls that it would make, and how they differ from those sent before.
    #[arg(long)]
    dry_run: bool,
    /// Maximum number of items per second, such as 5 or 5/s.
    #[arg(long, value_parser = rate)]
    rate: Option<u32>,
    /// Reason. It stays in the log, so it must not contain personal data.
    #[arg(long)]
    why: Option<String>,
    /// Wait until it is finished; exit 1 unless every item was completed or had nothing to do.
    #[arg(long)]
    wait: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Commands on orders.
#[derive(clap::Subcommand)]
enum TaskCommand {
    /// List the newest orders with their progress.
    List {
        /// Print one JSON object per order.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Show one order with the results of its items.
    Show(Named),
    /// Pause: start no further item.
    Pause(Named),
    /// Resume an order.
    Resume(Named),
    /// Cancel: start no further item, ever.
    Cancel(Named),
    /// Stop all orders, also after a restart.
    StopAll(Server),
    /// Resume all orders.
    AllowAll(Server),
}

/// An order.
#[derive(clap::Args)]
struct Named {
    /// Its id.
    id: String,
    #[command(flatten)]
    server: Server,
}

const CONDITIONS: [&str; 4] = ["facility", "kind", "status", "direction"];

fn condition(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be name=value")?;
    if CONDITIONS.contains(&name) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err(format!("the name must be one of {}", CONDITIONS.join(", ")))
    }
}

fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    number.parse().map_err(|_| "must be items a second, such as 5/s".to_owned())
}

pub(crate) async fn run(options: ReplayArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let ReplayArgs { command, which, how, server } = options;
    match (command, which, server) {
        (Some(Command::Tasks(command)), _, _) => tasks(command).await,
        (Some(Command::Shadow(options)), _, _) => shadow::run(options, data_dir).await,
        (None, Some(which), Some(server)) => {
            let SelectionArgs { since, until, cause, conditions } = which;
            let mut wish = json!({ "since": since, "until": until, "cause": cause });
            for (name, value) in conditions {
                wish[name] = Value::String(value);
            }
            order(&server, json!({ "where": wish }), &how).await
        }
        // The argument parser rejects this before.
        (None, None, _) | (None, Some(_), None) => bail!("say which, and show the API key"),
    }
}

/// Gives an order, or shows its expected results.
pub(super) async fn order(
    server: &Server,
    mut wish: Value,
    how: &How,
) -> anyhow::Result<ExitStatus> {
    wish["policy"] = json!(how.policy);
    wish["ratePerSecond"] = json!(how.rate);
    wish["why"] = json!(how.why);
    wish["dryRun"] = json!(how.dry_run);
    let (status, body) = server.send(server.post("/v1/replays", wish.to_string())?).await?;
    if !status.is_success() {
        return refused(status, &body);
    }
    if how.dry_run {
        return Ok(dry_run(&body, how.json));
    }
    let id = body["id"].as_str().unwrap_or_default();
    if how.wait {
        return wait(server, id, how.json).await;
    }
    if how.json {
        print_json_line(&body);
    } else {
        print_line(&format!("{id}: {} items; `hip replay tasks show {id}`", body["items"]));
    }
    Ok(ExitStatus::Success)
}

fn dry_run(body: &Value, json: bool) -> ExitStatus {
    if json {
        print_json_line(body);
        return ExitStatus::Success;
    }
    let items = body["rehearsed"].as_array();
    for item in items.into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let reason = item["done"]["reason"].as_str().unwrap_or_default();
        print_line(&format!(
            "{}  {}  {reason}",
            text(&item["requestId"]),
            text(&item["done"]["outcome"])
        ));
        for call in item["calls"].as_array().into_iter().flatten() {
            let fate = match (&call["suppressed"], &call["sameId"]) {
                (Value::Bool(true), _) => "would be suppressed",
                (_, Value::Bool(true)) => "would go out again under its id",
                (_, _) => "would go out",
            };
            print_line(&format!(
                "    {:<20} {fate}  {}",
                text(&call["kind"]),
                text(&call["target"])
            ));
            for difference in call["differences"].as_array().into_iter().flatten() {
                let (path, how) = (text(&difference["path"]), text(&difference["how"]));
                print_line(&format!("        {how:<8} {path}"));
            }
        }
    }
    let shown = items.map_or(0, Vec::len);
    print_line(&format!("{shown} of {} items shown; nothing was done", body["selected"]));
    ExitStatus::Success
}

/// Interval between two checks.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

async fn wait(server: &Server, id: &str, json: bool) -> anyhow::Result<ExitStatus> {
    loop {
        let (status, body) = server.send(server.get(&format!("/v1/replays/{id}"))?).await?;
        if !status.is_success() {
            return refused(status, &body);
        }
        if matches!(body["state"].as_str(), Some("completed" | "cancelled")) {
            if json {
                print_json_line(&body);
            } else {
                print_line(&task_line(&body));
            }
            let is_good =
                body["state"] == "completed" && body["failed"] == 0 && body["refused"] == 0;
            return Ok(if is_good { ExitStatus::Success } else { ExitStatus::Negative });
        }
        if body["state"] == "paused" {
            print_error("paused; `hip replay tasks resume` lets it go on");
            return Ok(ExitStatus::Negative);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn tasks(command: TaskCommand) -> anyhow::Result<ExitStatus> {
    match command {
        TaskCommand::List { json, server } => {
            let request = server.get("/v1/replays")?;
            server.list(request, "items", json, task_line).await
        }
        TaskCommand::Show(named) => show(&named).await,
        TaskCommand::Pause(named) => change(&named, "pause").await,
        TaskCommand::Resume(named) => change(&named, "resume").await,
        TaskCommand::Cancel(named) => change(&named, "cancel").await,
        TaskCommand::StopAll(server) => turn(&server, true).await,
        TaskCommand::AllowAll(server) => turn(&server, false).await,
    }
}

fn task_line(task: &Value) -> String {
    let text = |member: &str| task[member].as_str().unwrap_or("–").to_owned();
    let counts = ["completed", "refused", "failed", "skipped", "due", "resent"];
    let counts = counts.map(|name| format!("{} {name}", task[name]));
    let (id, state, policy) = (text("replayId"), text("state"), text("policy"));
    format!("{id}  {state:<9} {policy:<11} {} items: {}", task["items"], counts.join(", "))
}

async fn show(named: &Named) -> anyhow::Result<ExitStatus> {
    let Named { id, server } = named;
    let (status, mut shown) = server.send(server.get(&format!("/v1/replays/{id}"))?).await?;
    if !status.is_success() {
        return refused(status, &shown);
    }
    let request = server.get(&format!("/v1/replays/{id}/items?limit=200"))?;
    let (status, items) = server.send(request).await?;
    if !status.is_success() {
        return refused(status, &items);
    }
    shown["firstItems"] = items["items"].clone();
    print_line(&serde_json::to_string_pretty(&shown)?);
    Ok(ExitStatus::Success)
}

async fn change(named: &Named, what: &str) -> anyhow::Result<ExitStatus> {
    let request = named.server.post(&format!("/v1/replays/{}/{what}", named.id), "")?;
    let (status, body) = named.server.send(request).await?;
    if !status.is_success() {
        return refused(status, &body);
    }
    print_line(&task_line(&body));
    Ok(ExitStatus::Success)
}

async fn turn(server: &Server, stopped: bool) -> anyhow::Result<ExitStatus> {
    let wish = json!({ "stopped": stopped });
    let (status, body) = server.send(server.post("/v1/replay-switch", wish.to_string())?).await?;
    if !status.is_success() {
        return refused(status, &body);
    }
    print_line(if stopped { "no replay goes on" } else { "replays go on" });
    Ok(ExitStatus::Success)
}
