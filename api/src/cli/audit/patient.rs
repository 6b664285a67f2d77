//! `hip audit patient`: recipients of a patient's records, and the access log.

use serde_json::{Value, json};

use crate::cli::common::person_args::PersonArgs;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Options of `hip audit patient`.
#[derive(clap::Args)]
pub(crate) struct AuditPatientArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// Print one JSON object for each match: a patient has a separate record at each facility.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: &AuditPatientArgs) -> anyhow::Result<ExitStatus> {
    let Some(audits) = options.person.ask("/v1/audit/patients", json!({})).await? else {
        return Ok(ExitStatus::Negative);
    };
    for audit in &audits {
        if options.json {
            print_json_line(audit);
        } else {
            print_line(&page(audit));
        }
    }
    Ok(ExitStatus::Success)
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
        let which = look["document"].as_str().unwrap_or_else(|| words(&look["of"]));
        lines.push(format!("{at}  {who} looked: {what} {which}"));
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
