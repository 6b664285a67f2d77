//! `hip callbacks list|show|dead|replay`.

use serde_json::{Value, json};

use super::common::server::{Server, refused};
use super::replay::{self, How};
use crate::output::{ExitStatus, print_line};

/// Callbacks of the gateway, and their state.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List callbacks, the newest first.
    List {
        /// Only those with this status: received, interpreted, rejected or failed.
        #[arg(long)]
        status: Option<String>,
        /// Only of this kind.
        #[arg(long)]
        kind: Option<String>,
        /// Only to this facility.
        #[arg(long)]
        facility: Option<String>,
        /// Maximum number, from 1 to 200.
        #[arg(long, default_value_t = 50)]
        limit: u16,
        /// Print one JSON object per callback.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Show one callback: each interpretation with its order, and the calls that followed.
    Show {
        /// Its REQUEST-ID.
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// List dead letters, callbacks and calls, by cause.
    Dead {
        /// Only of this facility.
        #[arg(long)]
        facility: Option<String>,
        /// Print one JSON object per cause.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Replay callbacks.
    Replay {
        /// Their REQUEST-IDs.
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        server: Server,
    },
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::List { status, kind, facility, limit, json, server } => {
            let limit = Some(limit.to_string());
            let filters =
                [("status", status), ("kind", kind), ("facility", facility), ("limit", limit)];
            let request = server.get("/v1/callbacks")?.query(&said(filters));
            server.list(request, "items", json, callback_line).await
        }
        Command::Show { id, server } => show(&server, &id).await,
        Command::Dead { facility, json, server } => {
            let request = server.get("/v1/dead-letters")?.query(&said([("facility", facility)]));
            server.list(request, "groups", json, group_lines).await
        }
        Command::Replay { ids, how, server } => {
            replay::order(&server, json!({ "requests": ids }), &how).await
        }
    }
}

/// The query parameters that were given.
fn said<const N: usize>(all: [(&'static str, Option<String>); N]) -> Vec<(&'static str, String)> {
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or("–")
}

fn callback_line(callback: &Value) -> String {
    let (at, id) = (text(callback, "receivedAt"), text(callback, "requestId"));
    let (kind, status) = (text(callback, "kind"), text(callback, "status"));
    let why = ["error", "field", "reason"].map(|member| callback[member].as_str());
    let why: Vec<&str> = why.into_iter().flatten().collect();
    format!("{at}  {id}  {kind:<26} {status:<11}  {}", why.join(": "))
}

fn group_lines(group: &Value) -> String {
    let mut lines = vec![format!("{:>6} × {}", group["count"], text(group, "cause"))];
    let mut say = |line: String| lines.push(format!("         {line}"));
    if let Some(reason) = group["reason"].as_str() {
        say(reason.to_owned());
    }
    say(format!("from {} to {}", text(group, "oldestAt"), text(group, "newestAt")));
    if let Some(deadline) = group["nextDeadline"].as_str() {
        say(format!("the network waits until {deadline}"));
    }
    if group["overdue"].as_i64().is_some_and(|count| count > 0) {
        say(format!("for {} the network waits no more", group["overdue"]));
    }
    say(format!("hip replay --cause {:?}", text(group, "cause")));
    lines.join("\n")
}

async fn show(server: &Server, id: &str) -> anyhow::Result<ExitStatus> {
    let (status, mut shown) = server.send(server.get(&format!("/v1/callbacks/{id}"))?).await?;
    if !status.is_success() {
        return refused(status, &shown);
    }
    let request = server.get(&format!("/v1/callbacks/{id}/history"))?;
    let (status, history) = server.send(request).await?;
    if !status.is_success() {
        return refused(status, &history);
    }
    shown["history"] = history;
    print_line(&serde_json::to_string_pretty(&shown)?);
    Ok(ExitStatus::Success)
}
