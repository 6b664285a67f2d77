//! `hip audit patient`: to whom somebody's records went, and who has looked at them.

use anyhow::{Context, bail};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::cli::server::{Server, complain_of};
use crate::cli::typed::typed;
use crate::output::{Answer, say, say_json};

/// Options of `hip audit patient`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The person's ABHA address; `-` reads it from standard input, so that it does not show in the list
    /// of processes.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "patient")]
    abha: Option<String>,
    /// The facility's own id of the person; `-` as above.
    #[arg(long, value_name = "REFERENCE", conflicts_with = "abha")]
    patient: Option<String>,
    /// Only at this facility; else at every one that the key is for.
    #[arg(long)]
    facility: Option<String>,
    /// Print one JSON object for each person that is meant: one at each facility.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Asks a running server, which has the keys that make pseudonyms; that it was asked is in the log.
pub(super) async fn run(options: &Options) -> anyhow::Result<Answer> {
    let asked = json!({
        "abhaAddress": options.abha.as_deref().map(typed).transpose()?,
        "patientReference": options.patient.as_deref().map(typed).transpose()?,
        "facility": options.facility,
    });
    let server = &options.server;
    let (status, body) = server.send(server.post("/v1/audit/patients", asked.to_string())?).await?;
    if status == StatusCode::NOT_FOUND || status == StatusCode::UNPROCESSABLE_ENTITY {
        complain_of(&body);
        return Ok(Answer::No);
    }
    if !status.is_success() {
        bail!("the server answered {status}");
    }
    for audit in body["items"].as_array().context("the server answered something else")? {
        if options.json {
            say_json(audit);
        } else {
            say(&page(audit));
        }
    }
    Ok(Answer::Yes)
}

fn page(audit: &Value) -> String {
    let erased = if audit["erased"] == true { ", who is erased" } else { "" };
    let mut lines =
        vec![format!("{} at {}{erased}", words(&audit["patient"]), words(&audit["facilityId"]))];
    for consent in list(&audit["consents"]) {
        let hiu = &consent["grant"]["hiu"];
        lines.push(format!("consent {} for {}", words(&consent["consent"]), words(hiu)));
        for told in list(&consent["disclosures"]) {
            lines.extend(list(&told["pages"]).map(|page| format!("  {}", taken(page))));
        }
    }
    for look in list(&audit["looks"]) {
        let (at, who, what) = (words(&look["at"]), words(&look["who"]), words(&look["what"]));
        lines.push(format!("{at}  {who} looked: {what} {}", words(&look["document"])));
    }
    lines.join("\n")
}

fn taken(page: &Value) -> String {
    let document = format!("{} {}", words(&page["hiType"]), words(&page["document"]));
    match page["takenAt"].as_str() {
        Some(at) => format!(
            "{at}  {document}, position {}, sha-256 {}",
            page["position"],
            words(&page["digest"])
        ),
        None => format!("never taken: {document}"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
